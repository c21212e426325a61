"""sutra-tui."""
