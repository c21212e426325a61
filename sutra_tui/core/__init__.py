"""The chain itself: values, prompts, parser and pipeline. Standard library only."""
