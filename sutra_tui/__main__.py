"""`python -m sutra_tui` is the `sutra` command."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
