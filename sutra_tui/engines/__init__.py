"""Doors to model servers."""
