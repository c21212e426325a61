"""Every foreign exception and every server text has a name of ours."""

import asyncio
import builtins
import json

import httpx
import ollama
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutra_tui.core import errors
from sutra_tui.core.errors import EngineError
from sutra_tui.engines import faults

WHERE = "localhost:11434"
MODEL = "llama3.2:3b"


def from_status(status: int, error: object) -> EngineError:
    body = json.dumps({"error": error}).encode()
    return faults.from_status(status, body, address=WHERE, model=MODEL)


@pytest.mark.parametrize(
    ("status", "said", "kind", "in_message", "in_remedy"),
    [
        (404, "model 'x' not found", "model_not_found", MODEL, "ollama pull llama3.2:3b"),
        (404, 'model "x" not found, try pulling it first', "model_not_found", MODEL, "pull"),
        (400, "invalid model name", "model_not_found", "name", "list"),
        (400, '"x" does not support chat', "model_unsuitable", "embeddings", "chat"),
        (400, '"x" does not support generate', "model_unsuitable", "embeddings", "chat"),
        (400, '"x" does not support thinking', "model_unsuitable", "thinking", "off"),
        (400, "registry.ollama.ai/library/m:t does not support tools", "model_unsuitable", "", ""),
        (503, "server busy, please try again.  maximum pending requests exceeded", "busy", "", ""),
        (500, "model requires more system memory (5.6 GiB) than is available (3.9 GiB)",
         "load_failed", "memory", "smaller"),
        (500, "model requires 6.9 GiB but only 4.8 GiB are available (after 512.0 MiB overhead)",
         "load_failed", "memory", "smaller"),
        (500, "llama-server process has terminated: signal: killed", "load_failed", "memory", "sm"),
        (500, "llama-server process has terminated: exit status 1: x", "load_failed", "lost", ""),
        (500, "llama runner process has terminated: exit status 2", "load_failed", "lost", ""),
        (500, "model runner has unexpectedly stopped, this may be due to resource limitations",
         "load_failed", "lost", ""),
        (500, "llama-server binary not found (checked: /x)", "load_failed", "installed", "Install"),
        (500, "timed out waiting for llama-server to start - x", "load_failed", "too long", ""),
        (500, "unable to load model: this model may be incompatible with your version of Ollama",
         "load_failed", "version", "Update"),
        (500, "pull manifest: 412: requires a newer version of Ollama", "load_failed", "", ""),
        (400, "the input length exceeds the context length", "context_exceeded", "longer", "raise"),
        (401, "unauthorized", "refused", "sign in", "ollama signin"),
        (403, "ollama cloud is disabled: remote model is unavailable", "refused", "cloud", ""),
        (502, 'Post "https://ollama.com:443/api/chat": dial tcp', "server_error", "ollama.com", ""),
        (500, "prediction aborted, token repeat limit reached", "server_error", "repeating", ""),
        (499, "request canceled", "interrupted", "gave", "again"),
        (500, 'option "stop" must be of type array', "server_error", "500", "log"),
        (403, "", "refused", "refuses", "localhost"),
        (429, "slow down", "busy", "", "Wait"),
    ],
)  # fmt: skip
def test_known_server_texts(
    status: int, said: str, kind: str, in_message: str, in_remedy: str
) -> None:
    error = from_status(status, said)
    assert error.kind == kind
    assert in_message in error.message
    assert in_remedy in error.remedy
    assert error.remedy
    assert " ".join(said.split()) in error.message


def test_a_prompt_that_is_too_long_is_reported_in_tokens() -> None:
    inner = {
        "code": 400,
        "message": "request (13392 tokens) exceeds the available context size (8192 tokens)",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": 13392,
        "n_ctx": 8192,
    }
    error = from_status(400, json.dumps({"error": inner}))
    assert isinstance(error, errors.ContextExceeded)
    assert "13392" in error.message and "8192" in error.message


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, b"404 page not found", "not_ollama"),
        (404, b'{"detail":"Not Found"}', "not_ollama"),
        (405, b"405 method not allowed", "not_ollama"),
        (403, b"", "refused"),
        (502, b"<html><h1>502 Bad Gateway</h1></html>", "server_error"),
        (500, b'["x"]', "server_error"),
        (500, b'"x"', "server_error"),
        (500, b"null", "server_error"),
        (500, b"[]", "server_error"),
        (500, b'{"error":null}', "server_error"),
        (500, b'{"error":7}', "server_error"),
        (500, b'{"error":{"error":{"message":["deep"]}}}', "server_error"),
        (500, b'{"error":' + b"[" * 50_000, "server_error"),
        (500, b'{"error":' + b"[" * 50_000 + b"]" * 50_000 + b"}", "server_error"),
        (500, b"\xff\xfe", "server_error"),
        (500, b"", "server_error"),
        (500, b"9" * 5000, "server_error"),
    ],
)
def test_N10_odd_error_bodies(status: int, body: bytes, kind: str) -> None:
    error = faults.from_status(status, body, address=WHERE)
    assert error.kind == kind
    assert "<html>" not in error.message
    assert len(error.message) < 500


@settings(deadline=None)
@given(st.integers(400, 599), st.binary(max_size=200), st.text(max_size=50))
def test_N10_any_error_body_has_a_name(status: int, body: bytes, model: str) -> None:
    error = faults.from_status(status, body, address=WHERE, model=model)
    assert error.message and error.remedy
    str(error).encode()


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "message", "type", "n_ctx"]), inner, max_size=3)
        | inner.map(json.dumps)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(_JSON)
def test_N7_any_error_inside_a_stream_has_a_name(said: object) -> None:
    assert faults.from_words(said, address=WHERE, model=MODEL).message


def test_N7_N9_the_servers_words_are_cleaned_and_short() -> None:
    said = "\x1b]52;c;AAAA\x07\u202e[bold]" + "x" * 5000 + "\nsecond line"
    error = from_status(500, said)
    assert "\x1b" not in error.message and "\u202e" not in error.message
    assert "\n" not in error.message
    assert len(error.message) < 300 + 120


@pytest.mark.parametrize("name", ["x; rm -rf ~", "$(id)", "-h", "a\nb", "`id`", "x" * 300, ""])
def test_a_command_to_paste_never_carries_shell_syntax(name: str) -> None:
    assert faults.pull_command(name) == "ollama pull NAME"


def test_template_marks_in_outside_text_stay_text() -> None:
    error = faults.from_status(
        404, b'{"error":"model \'{pull} {0} {model}\' not found"}', address=WHERE, model="{pull}"
    )
    assert "{pull} {0} {model}" in error.message


def grouped(error: Exception) -> Exception:
    """In an exception group, where Python has them."""
    group = getattr(builtins, "ExceptionGroup", None)
    return error if group is None else group("many", [error])


def validation_error() -> Exception:
    try:
        ollama.ChatResponse(model=1)  # type: ignore[call-arg,arg-type]
    except ValueError as error:
        return error
    raise AssertionError("the client accepts anything")


def response_error(said: object, status: int = -1) -> Exception:
    """As the client raises it; its constructor fails for some bodies."""
    error = ollama.ResponseError("x", status)
    error.error = said  # type: ignore[assignment]
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (response_error("an error was encountered: unexpected EOF"), "load_failed"),
        (response_error({"code": 500, "message": "decode failed"}), "server_error"),
        (response_error('{"error":{"message":"x"}}'), "server_error"),
        (response_error("model 'x' not found", 404), "model_not_found"),
        (response_error("", 502), "server_error"),
        (response_error(None, 503), "busy"),
        (ConnectionError("Failed to connect to Ollama."), "unreachable"),
        (ConnectionRefusedError(), "unreachable"),
        (ConnectionResetError(), "interrupted"),
        (BrokenPipeError(), "interrupted"),
        (OSError("no route"), "unreachable"),
        (httpx.ConnectError("All connection attempts failed"), "unreachable"),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]"), "unreachable"),
        (httpx.ConnectTimeout(""), "unreachable"),
        (httpx.ReadTimeout(""), "stalled"),
        (httpx.WriteTimeout(""), "stalled"),
        (httpx.PoolTimeout(""), "busy"),
        (httpx.RemoteProtocolError("peer closed connection (incomplete chunked read)"),
         "interrupted"),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."),
         "interrupted"),
        (httpx.RemoteProtocolError("illegal status line: bytearray(b'SSH')"), "not_ollama"),
        (httpx.ReadError(""), "interrupted"),
        (httpx.WriteError(""), "interrupted"),
        (httpx.StreamClosed(), "interrupted"),
        (httpx.DecodingError(""), "protocol"),
        (httpx.TooManyRedirects(""), "protocol"),
        (httpx.InvalidURL("x"), "invalid_host"),
        (httpx.UnsupportedProtocol("x"), "invalid_host"),
        (json.JSONDecodeError("x", "y", 0), "protocol"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"), "protocol"),
        (validation_error(), "protocol"),
        (ValueError("x"), "protocol"),
        (TypeError("x"), "protocol"),
        (AttributeError("x"), "protocol"),
        (KeyError("x"), "protocol"),
        (RecursionError("x"), "protocol"),
        (TimeoutError(), "stalled"),
        (asyncio.TimeoutError(), "stalled"),
        (ImportError("x"), "engine"),
        (RuntimeError("Event loop is closed"), "engine"),
        (MemoryError(), "engine"),
        (grouped(httpx.ConnectError("x")), "unreachable"),
        (grouped(grouped(ValueError("x"))), "protocol"),
        (errors.ReplyTooLarge("x"), "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)  # fmt: skip
def test_N22_every_foreign_exception_becomes_ours(error: Exception, kind: str) -> None:
    with pytest.raises(EngineError) as caught, faults.translated(WHERE, MODEL):
        raise error
    assert caught.value.kind == kind
    assert caught.value.message
    assert caught.value is error or caught.value.__cause__ is error


def test_N1_the_way_out_of_an_unreachable_server_is_named() -> None:
    error = faults.from_exception(httpx.ConnectError("x"), address=WHERE)
    assert WHERE in error.message
    assert "ollama serve" in error.remedy and "--demo" in error.remedy


@pytest.mark.parametrize("error", [asyncio.CancelledError, KeyboardInterrupt, GeneratorExit])
def test_being_stopped_is_no_error(error: type[BaseException]) -> None:
    with pytest.raises(error), faults.translated(WHERE):
        raise error
