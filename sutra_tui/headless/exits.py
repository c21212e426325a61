"""What `sutra` exits with. A signal's code is 128 plus its number, as shells have it.

Invariant: documented in `sutra run --help`; scripts rely on these numbers.
"""

from __future__ import annotations

from typing import Final

OK: Final = 0
FAILED: Final = 1
"""The run failed, or its answer is not a whole one."""
USAGE: Final = 2
"""Errors bring their own codes (`SutraError.exit_code`): 2 and 3, no server or no such model."""
OUTPUT_FAILED: Final = 74
"""Standard output cannot be written to; the number is EX_IOERR of sysexits.h."""
INTERRUPTED: Final = 130
READER_GONE: Final = 141
"""Whoever read standard output has gone; 128 + SIGPIPE."""
