"""The chain without a screen: `sutra run` and `sutra models`, for scripts, pipes, screen readers.

Invariant: standard output carries the answer (or the JSON) and nothing else; everything that is
said about it goes to standard error, cleaned.
"""
