"""Check that a wheel holds every file of the package that is tracked in the tree.

Usage: wheel_contents.py REPOSITORY WHEEL. Exits 1 and names what is missing.
"""

import subprocess
import sys
import zipfile


def main(repository: str, wheel: str) -> int:
    tracked = subprocess.run(
        ["git", "ls-files", "sutra_tui"],
        cwd=repository,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    wanted = {name for name in tracked if name}
    packed = set(zipfile.ZipFile(wheel).namelist())
    missing = sorted(wanted - packed)
    for name in missing:
        print(f"not in the wheel: {name}")
    data = sorted(name for name in wanted if not name.endswith(".py"))
    print(f"{len(wanted)} files, {len(data)} of them not Python, {len(missing)} missing")
    return 1 if missing or not data else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
