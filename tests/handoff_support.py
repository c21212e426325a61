"""What the tests of the library face share: two well-behaved models and what they say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.ollama_server import LLAMA_3B, MISTRAL_7B, OllamaServer, Recorded

A, B = LLAMA_3B.name, MISTRAL_7B.name
QUERY = "What is 4+4?"
TEXTS = ("Q: 1+1\nA: 2", "Q: 2+2\nA: 4", "Q: 3+3\nA: 6")
BLOCKS = "".join(f"<demonstration>\n{text}\n</demonstration>\n" for text in TEXTS)
WHOLE = f"<answer>\nA draft.\n</answer>\n<demonstrations>\n{BLOCKS}</demonstrations>"


def answer(request: Recorded) -> str:
    """Model B's answer: it shows which question was asked, with brackets that must survive."""
    return f"Vec<u8> answers <{request.prompt.splitlines()[-1]}>."


def answer_to(query: str) -> str:
    """What `answer` says to a query."""
    return f"Vec<u8> answers <{query}>."


@contextmanager
def scripted_server() -> Iterator[OllamaServer]:
    """A server whose Model A shows `TEXTS` and whose Model B says which question it was asked."""
    with OllamaServer() as server:
        server.script(A, WHOLE)
        server.script(B, answer)
        yield server
