"""Code blocks as they are copied."""

from __future__ import annotations

import time

import pytest

from sutra_tui.tui.widgets.fenced_code import fenced_code


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("no code", []),
        ("```\n```", [""]),
        ("```py\nx = 1\n```\nafter", ["x = 1"]),
        ("~~~\na\n~~~\n\n````\n```\nb\n```\n````", ["a", "```\nb\n```"]),
        ("```rust\nlet x: Vec<u8>;\n\n    y\n```", ["let x: Vec<u8>;\n\n    y"]),
        ("1. do\n   ```sh\n   ls\n     -l\n   ```", ["ls\n  -l"]),
        ("- ```sh\n  ls\n  ```", ["ls"]),
        ("> ```\n> quoted\n>   more\n> ```", ["quoted\n  more"]),
        ("```py\nnever closed\n", ["never closed"]),
        ("```py\r\nx\r\n```\r\n", ["x"]),
        ("```not a fence```\n```\nreal\n```", ["real"]),
        ("~~~\n```\n~~~", ["```"]),
        ("```\n\x1b[31m\n```", ["\x1b[31m"]),
    ],
)
def test_bodies_come_without_their_fences(text: str, blocks: list[str]) -> None:
    assert fenced_code(text) == blocks


@pytest.mark.parametrize("piece", ["> ", "- ", "`", "1. ", " ", "```\n", "> ```\n"])
def test_hostile_text_takes_linear_time(piece: str) -> None:
    def seconds(count: int) -> float:
        began = time.thread_time()
        fenced_code(piece * count + "x\n")
        return time.thread_time() - began

    seconds(100)
    assert seconds(40_000) < 12 * max(seconds(10_000), 0.005)
