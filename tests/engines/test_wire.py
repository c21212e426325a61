"""The guard: what it lets through, and what it names instead. Raw bytes in, no network."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutra_tui.core.errors import EngineError
from sutra_tui.engines.wire import GuardTransport, Limits

NDJSON = {"content-type": "application/x-ndjson"}
SMALL = Limits(line=64, reply=256, document=128, error=64)


class Pieces(httpx.AsyncByteStream):
    """A body that arrives in exactly these pieces, then perhaps breaks."""

    def __init__(self, pieces: Iterable[bytes], broken: Exception | None = None) -> None:
        self.pieces = pieces
        self.broken = broken
        self.closed = False
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            self.sent += len(piece)
            yield piece
        if self.broken is not None:
            raise self.broken

    async def aclose(self) -> None:
        self.closed = True


class Canned(httpx.AsyncBaseTransport):
    """Answers every request with one response and remembers what was asked."""

    def __init__(self, respond: Callable[[], httpx.Response]) -> None:
        self.respond = respond
        self.asked: list[httpx.Request] = []
        self.closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.respond()

    async def aclose(self) -> None:
        self.closed = True


def client(inner: httpx.AsyncBaseTransport, limits: Limits | None = None) -> httpx.AsyncClient:
    guard = GuardTransport(inner, address="here", limits=limits)
    return httpx.AsyncClient(transport=guard, base_url="http://here", trust_env=False)


async def chat_lines(body: Pieces, limits: Limits | None = None) -> list[str]:
    """The lines that the client library's own way of reading sees."""
    inner = Canned(lambda: httpx.Response(200, headers=NDJSON, stream=body))
    async with client(inner, limits) as http, http.stream("POST", "/api/chat") as response:
        return [line async for line in response.aiter_lines()]


def line(text: str, *, ascii_only: bool = False) -> bytes:
    return json.dumps({"t": text}, ensure_ascii=ascii_only).encode() + b"\n"


_UNUSUAL = st.text(
    st.sampled_from('a{}"\\\n\r\t\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029é世🎉 '), max_size=12
)


@settings(deadline=None)
@given(st.lists(_UNUSUAL, max_size=6), st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_N12_N13_text_survives_any_separator_and_any_cut(texts: list[str], cuts: list[int]) -> None:
    whole = b"\n \r\n".join(line(text).rstrip(b"\n") for text in texts) + b"\n"
    pieces, at, turn = [], 0, 0
    while at < len(whole):
        size = cuts[turn % len(cuts)]
        pieces.append(whole[at : at + size])
        at, turn = at + size, turn + 1
    lines = asyncio.run(chat_lines(Pieces(pieces)))
    assert [json.loads(found)["t"] for found in lines] == texts


async def test_N12_raw_line_breaks_inside_text_are_delivered() -> None:
    raw = b'{"t":"a\x0bb\x0cc\x1cd\x1ee\xc2\x85f\xe2\x80\xa8g\xe2\x80\xa9h\ri"}\r\n'
    (found,) = await chat_lines(Pieces([raw]))
    assert json.loads(found)["t"] == "a\x0bb\x0cc\x1cd\x1ee\x85f\u2028g\u2029h\ri"


async def test_N13_bytes_that_are_no_utf8_become_replacement_characters() -> None:
    (found,) = await chat_lines(Pieces([b'{"t":"a\xff\xc2b"}\n']))
    assert json.loads(found)["t"] == "a\ufffd\ufffdb"


async def test_a_last_line_may_lack_its_end_if_it_is_whole() -> None:
    assert await chat_lines(Pieces([b'{"t":1}\n{"t":2', b"}"])) == ['{"t":1}', '{"t":2}']


@pytest.mark.parametrize(
    ("pieces", "kind"),
    [
        ([b'{"t":1}\n{"t":'], "interrupted"),
        ([b"[1,2,3]\n"], "protocol"),
        ([b"%!garbage{{{\n"], "protocol"),
        ([b"\xef\xbb\xbf{}\n"], "protocol"),
        ([b"<!doctype html>\n"], "not_ollama"),
        ([b'{"error":"model \'m\' not found"}\n'], "model_not_found"),
        ([b'{"model":"m","error":{"message":"signal: killed"}}\n'], "load_failed"),
        ([b'{"error": broken\n'], "protocol"),
        ([b'{"error":' + b"[" * 20_000 + b"\n"], "protocol"),
        ([b'{"error":"' + b"[" * 20_000 + b'"}\n'], "server_error"),
    ],
)
async def test_N11_lines_that_are_no_reply_are_named(pieces: list[bytes], kind: str) -> None:
    body = Pieces(pieces)
    with pytest.raises(EngineError) as caught:
        await chat_lines(body)
    assert caught.value.kind == kind
    assert body.closed


async def test_the_word_error_inside_a_reply_is_no_error() -> None:
    texts = ['{"error": "x"}', '"error"', 'say \\"error\\"']
    lines = await chat_lines(Pieces([line(text) for text in texts] + [b'{"error":null,"t":1}\n']))
    assert [json.loads(found)["t"] for found in lines] == [*texts, 1]


def endless(piece: bytes) -> Iterable[bytes]:
    while True:
        yield piece


@pytest.mark.parametrize(
    ("piece", "limit"),
    [
        (b"x" * 10, SMALL.line),
        (b"{" + b"x" * 100 + b"}\n", SMALL.line),
        (b'{"t":1}\n', SMALL.reply),
        (b"\n", SMALL.reply),
    ],
    ids=["unended line", "long line", "many lines", "blank lines"],
)
async def test_N14_a_reply_has_limits(piece: bytes, limit: int) -> None:
    body = Pieces(endless(piece))
    with pytest.raises(EngineError) as caught:
        await chat_lines(body, SMALL)
    assert caught.value.kind == "too_large"
    assert body.closed
    assert body.sent <= limit + len(piece)


async def test_N14_Z8_a_document_has_a_limit() -> None:
    body = Pieces(endless(b" "))
    inner = Canned(lambda: httpx.Response(200, headers=NDJSON, stream=body))
    async with client(inner, SMALL) as http:
        with pytest.raises(EngineError) as caught:
            await http.get("/api/tags")
    assert caught.value.kind == "too_large"
    assert body.closed and body.sent <= SMALL.document + 1


async def test_N10_an_endless_error_is_cut_and_still_named() -> None:
    body = Pieces(endless(b"x"))
    inner = Canned(lambda: httpx.Response(503, stream=body))
    async with client(inner, SMALL) as http:
        with pytest.raises(EngineError) as caught:
            await http.post("/api/chat", json={})
    assert caught.value.kind == "busy"
    assert body.closed and body.sent == SMALL.error


async def test_an_error_whose_body_breaks_off_is_still_named() -> None:
    body = Pieces([b'{"err'], broken=httpx.ReadError("reset"))
    inner = Canned(lambda: httpx.Response(503, stream=body))
    async with client(inner) as http:
        with pytest.raises(EngineError) as caught:
            await http.post("/api/chat", json={})
    assert caught.value.kind == "busy"


@pytest.mark.parametrize(
    ("status", "headers", "kind", "words"),
    [
        (307, {"location": "https://u:pw@evil.example/x?k=secret"}, "protocol", "evil.example;"),
        (302, {"location": "/login"}, "protocol", "redirected"),
        (301, {"location": "http://x:port/"}, "protocol", "another address"),
        (304, {}, "protocol", "redirected"),
        (200, {"content-type": "text/html; charset=utf-8"}, "not_ollama", "text/html"),
        (200, {"content-type": "text/plain"}, "not_ollama", "text/plain"),
        (204, {}, "not_ollama", "204"),
        (200, {**NDJSON, "content-encoding": "gzip"}, "protocol", "compressed"),
        (200, {**NDJSON, "content-encoding": "identity, br"}, "protocol", "compressed"),
        (502, {"content-encoding": "gzip"}, "server_error", "could not reach"),
    ],
)
async def test_N20_N28_answers_that_are_no_reply_are_named(
    status: int, headers: dict[str, str], kind: str, words: str
) -> None:
    # As bytes off the wire: the response must not decode anything before the guard looks.
    body = Pieces([b"\x1f\x8b"])
    inner = Canned(lambda: httpx.Response(status, headers=headers, stream=body))
    async with client(inner) as http:
        with pytest.raises(EngineError) as caught:
            await http.post("/api/chat", json={"model": "m"})
    assert caught.value.kind == kind
    assert words in caught.value.message
    assert "secret" not in str(caught.value) and "pw" not in str(caught.value)
    assert len(inner.asked) == 1
    assert body.closed


async def test_the_servers_charset_is_not_believed() -> None:
    headers = {"content-type": "application/x-ndjson; charset=utf-16", "set-cookie": "a=b"}
    inner = Canned(lambda: httpx.Response(200, headers=headers, stream=Pieces([line("é")])))
    async with client(inner) as http:
        found = (await http.post("/api/chat", json={})).text
        await http.post("/api/chat", json={})
    assert json.loads(found)["t"] == "é"
    assert "cookie" not in inner.asked[1].headers


async def test_only_the_given_key_is_sent() -> None:
    inner = Canned(lambda: httpx.Response(200, json={}))
    for key, sent in ((None, None), ("k", "Bearer k")):
        guard = GuardTransport(inner, address="here", api_key=key)
        async with httpx.AsyncClient(transport=guard, trust_env=False) as http:
            await http.get("http://here/api/tags", headers={"authorization": "Bearer other"})
        assert inner.asked[-1].headers.get("authorization") == sent
        assert inner.asked[-1].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("closes", [True, False])
async def test_a_borrowed_transport_is_left_open(closes: bool) -> None:
    inner = Canned(lambda: httpx.Response(200, json={}))
    await GuardTransport(inner, address="here", closes_inner=closes).aclose()
    assert inner.closed is closes
