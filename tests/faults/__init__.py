"""The fault list and the commands that prove it; `rows.py` is the list."""
