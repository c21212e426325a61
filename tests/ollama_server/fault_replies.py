"""Faults of the model rather than the server: loops, cuts, nothing to say; and slow wires.

Invariant: the protocol stays right; only what is said, or how fast, is wrong.
"""

from __future__ import annotations

from dataclasses import replace

from .connection import Connection
from .faults import fault
from .replies import Reply


def _cycle(reply: Reply, period: str) -> Reply:
    """Say a text of this period without end, in pieces that are never the same twice running."""
    sizes = (3, 5, 4, 7)
    whole = period * (sum(sizes) * 4)
    chunks: list[str] = []
    at = 0
    while at < len(whole):
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(whole[at : at + size])
        at += size
    return replace(reply, chunks=tuple(chunks), endless=True)


@fault("loop_1", "reply")
def loop_1(reply: Reply) -> Reply:
    """The same character again and again, up to `num_predict`."""
    return _cycle(reply, "a")


@fault("loop_10", "reply")
def loop_10(reply: Reply) -> Reply:
    """The same ten characters again and again, up to `num_predict`."""
    return _cycle(reply, "I am sure ")


@fault("loop_200", "reply")
def loop_200(reply: Reply) -> Reply:
    """The same two hundred characters again and again, up to `num_predict`."""
    sentence = "The file is opened, then it is read, and then it is closed again by the program. "
    return _cycle(reply, (sentence * 3)[:199] + " ")


@fault("drip", "reply")
def drip(reply: Reply, delay: float = 0.05) -> Reply:
    """A piece every `delay` seconds, without end: no silence is ever long."""
    return replace(reply, token_delay=delay, endless=True, unlimited=True)


@fault("length", "reply")
def length(reply: Reply) -> Reply:
    """Cut at the limit."""
    return replace(reply, done_reason="length")


@fault("load_reason", "reply")
def load_reason(reply: Reply) -> Reply:
    """An answer to a prompt that never arrived: nothing, `done_reason` "load"."""
    zero = {"prompt_eval_count": 0, "prompt_eval_duration": 0, "total_duration": 0}
    return replace(_silent(reply), done_reason="load", metrics=zero | {"load_duration": 0})


@fault("empty", "reply")
def empty(reply: Reply) -> Reply:
    """A last line and nothing else."""
    return _silent(reply)


@fault("white_space", "reply")
def white_space(reply: Reply) -> Reply:
    """Blanks and newlines only."""
    return replace(_silent(reply), text=" \n\n \t\n")


@fault("thinking_only", "reply")
def thinking_only(reply: Reply) -> Reply:
    """All tokens went into thinking; cut at the limit with no content."""
    thought = reply.thinking or "Hmm, let me see."
    return replace(_silent(reply), thinking=thought, done_reason="length")


@fault("done_with_content", "reply")
def done_with_content(reply: Reply, text: str = " and the last words") -> Reply:
    """The last line carries text."""
    return replace(reply, done_text=text)


@fault("no_metrics", "reply")
def no_metrics(reply: Reply) -> Reply:
    """All figures of the last line are zero and therefore missing."""
    names = ("total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration")
    return replace(reply, metrics=dict.fromkeys((*names, "eval_count", "eval_duration"), 0))


@fault("low_prompt_eval", "reply")
def low_prompt_eval(reply: Reply, count: int = 7) -> Reply:
    """The server read far less than was sent, and does not say so."""
    return replace(reply, prompt_tokens=count)


@fault("u0085", "reply")
def u0085(reply: Reply) -> Reply:
    """Text with the separators that some line readers split at."""
    return replace(reply, chunks=("one\u0085two", "\u2028three", "\x0b\x0c\x1cfour\n"))


@fault("hostile_text", "reply")
def hostile_text(reply: Reply) -> Reply:
    """Escape sequences and markup, cut within a sequence."""
    chunks = ("\x1b[31mred", "\x1b", "[2J\x1b]52;c;ZXZpbA==\x07", "[bold]x[/]", "\u202eabc\x9b1m")
    return replace(reply, chunks=chunks)


@fault("one_byte_writes", "wire")
def one_byte_writes(connection: Connection) -> None:
    """Every byte is written to the socket on its own."""
    connection.slice = 1


def _silent(reply: Reply) -> Reply:
    return replace(
        reply, text="", thinking="", chunks=(), thinking_chunks=(), done_text="", done_thinking=""
    )
