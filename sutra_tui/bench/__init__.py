"""The chain beside Model B alone, over the same queries: what each costs. Nothing is judged."""
