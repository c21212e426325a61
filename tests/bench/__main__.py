"""Every measurement, ours beside a reference: `python -m tests.bench [name ...]`.

Only ratios carry over to another machine, and on a busy one not even those.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from tests.store.bench_cache import main as cache_main
from tests.store.bench_history import main as history_main

from .growth import bench_growth
from .ingest import bench_ingest
from .load import bench_load
from .loads import bench_loads
from .startup import bench_startup, bench_version
from .streaming import main as typing_main


def _printed(bench: Callable[[], list[str]]) -> Callable[[], None]:
    def run() -> None:
        print("\n".join(bench()))

    return run


def _without_arguments(main: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        sys.argv = sys.argv[:1]
        main()

    return run


BENCHES: dict[str, Callable[[], None]] = {
    "version": _printed(bench_version),
    "startup": _printed(bench_startup),
    "ingest": _printed(bench_ingest),
    "loads": _printed(bench_loads),
    "typing": _without_arguments(typing_main),
    "load": _printed(bench_load),
    "memory": _printed(bench_growth),
    "cache": _without_arguments(cache_main),
    "history": _without_arguments(history_main),
}


def main(names: list[str]) -> int:
    """Run the named benches, or all of them."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"There is no bench {unknown[0]}. Benches are {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    for name in names or BENCHES:
        print(f"\n== {name}  (load average {os.getloadavg()[0]:.1f})")
        BENCHES[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
