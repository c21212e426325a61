"""Every named fault does on the wire what its name says."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from . import LLAMA_3B, MISTRAL_7B, QWEN_4B_THINKING, OllamaServer, Reply
from .faults import CATALOGUE
from .raw import RawClient, RawResponse, ask, chat_body

WANTED = re.findall(
    r"\w+",
    """
    hang_headers hang_mid drip rst_mid fin_mid_chunk close_before_headers cut_mid_line eof_no_done
    empty_body error_mid error_mid_nested error_400 error_400_nested_context error_401_signin
    error_403_empty error_403_cloud error_404 error_500 error_500_oom error_502_html error_503_busy
    error_body_list error_body_string error_body_null error_body_deep error_body_huge html_200
    not_http garbage_line blank_line json_list_line wrong_types missing_message deep_json u0085
    u2028_raw invalid_utf8 split_utf8 split_surrogate huge_line gzip_bomb redirect_same
    redirect_cross redirect_loop infinite loop_1 loop_10 loop_200 length load_reason empty
    done_with_content low_prompt_eval million_models megabyte_names hostile_names same_names
    one_byte_writes
    """,
)


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer([LLAMA_3B, MISTRAL_7B, QWEN_4B_THINKING]) as running:
        running.script("llama3.2:3b", Reply("one two three four five"))
        yield running


def chat(server: OllamaServer, **more: Any) -> RawResponse:
    return ask(server, "POST", "/api/chat", chat_body(**more))


def said(response: RawResponse) -> str:
    return "".join(line["message"]["content"] for line in response.lines)


def test_every_fault_that_was_asked_for_exists() -> None:
    assert set(WANTED) <= set(CATALOGUE)
    assert all(fault.action.__doc__ for fault in CATALOGUE.values())


def test_an_unknown_fault_or_parameter_is_refused_at_once(server: OllamaServer) -> None:
    with pytest.raises(KeyError):
        server.fault("no_such_fault")
    with pytest.raises(TypeError):
        server.fault("drip", speed=3)


@pytest.mark.parametrize(
    ("name", "status", "start"),
    [
        ("empty_body", 200, b""),
        ("html_200", 200, b"<!DOCTYPE html>"),
        ("error_400", 400, b'{"error":"invalid model name"}'),
        ("error_400_nested_context", 400, b'{"error":"{\\"error\\":{\\"code\\":400,'),
        ("error_401_signin", 401, b'{"error":"unauthorized","signin_url":"https://'),
        ("error_403_empty", 403, b""),
        ("error_403_cloud", 403, b'{"error":"ollama cloud is disabled'),
        ("error_404", 404, b'{"error":"model \'llama3.2:3b\' not found"}'),
        ("error_500", 500, b'{"error":"model runner has unexpectedly stopped'),
        ("error_500_oom", 500, b'{"error":"llama-server process has terminated: signal: killed"}'),
        ("error_502_html", 502, b"<html>"),
        ("error_503_busy", 503, b'{"error":"server busy, please try again.  maximum'),
        ("error_body_list", 500, b'["x"]'),
        ("error_body_string", 500, b'"x"'),
        ("error_body_null", 500, b"null"),
        ("error_body_deep", 500, b'{"error":[[[['),
    ],
)
def test_whole_answers(server: OllamaServer, name: str, status: int, start: bytes) -> None:
    server.fault(name)
    response = chat(server)
    assert response.status == status
    assert response.body.startswith(start)
    assert bool(response.body) == bool(start)


@pytest.mark.parametrize("name", ["hang_headers", "hang_mid"])
def test_a_hang_ends_only_when_the_client_goes(server: OllamaServer, name: str) -> None:
    server.fault(name)
    with RawClient(server) as client:
        client.send("POST", "/api/chat", chat_body())
        server.wait_for(lambda: server.chats() and server.chats()[0].lines == 3 * (name[5] == "m"))
        assert not server.chats()[0].finished
    server.wait_for(lambda: server.chats()[0].disconnected)


def test_close_before_headers_sends_nothing(server: OllamaServer) -> None:
    server.fault("close_before_headers")
    with RawClient(server) as client:
        assert client.send("POST", "/api/chat", chat_body()).rest() == b""


def test_another_service_sends_its_banner(server: OllamaServer) -> None:
    server.fault("not_http", path="/api/version")
    with RawClient(server) as client:
        assert client.send("GET", "/api/version").rest().startswith(b"SSH-2.0-")


def test_a_reset_is_a_reset(server: OllamaServer) -> None:
    server.fault("rst_mid")
    with RawClient(server) as client, pytest.raises(ConnectionResetError):
        client.send("POST", "/api/chat", chat_body()).rest()


def test_a_chunk_is_cut(server: OllamaServer) -> None:
    server.fault("fin_mid_chunk")
    with RawClient(server) as client:
        everything = client.send("POST", "/api/chat", chat_body()).rest()
    assert not everything.endswith(b"0\r\n\r\n")
    assert everything.count(b'"done":false') == 3
    assert everything.rpartition(b"fff\r\n")[2].startswith(b'{"model":')


def test_a_line_is_cut_in_a_proper_stream(server: OllamaServer) -> None:
    server.fault("cut_mid_line")
    *whole, cut = chat(server).chunks
    assert len(whole) == 3
    assert not cut.endswith(b"\n")


def test_a_stream_ends_without_done_and_the_connection_lives_on(server: OllamaServer) -> None:
    server.fault("eof_no_done", times=1)
    with RawClient(server) as client:
        first = client.send("POST", "/api/chat", chat_body()).response()
        second = client.send("POST", "/api/chat", chat_body()).response()
    assert [line["done"] for line in first.lines] == [False] * 3
    assert second.lines[-1]["done"] is True


def test_errors_in_the_middle_are_lines(server: OllamaServer) -> None:
    server.fault("error_mid", times=1)
    assert chat(server).lines[-1] == {
        "error": "an error was encountered while running the model: unexpected EOF"
    }
    server.fault("error_mid_nested", times=1, after=1)
    nested = chat(server).lines
    assert len(nested) == 2
    assert json.loads(nested[-1]["error"])["error"]["message"] == "decode failed"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("garbage_line", b"%!garbage{{{\n"),
        ("blank_line", b"\n"),
        ("json_list_line", b"[1,2,3]\n"),
    ],
)
def test_a_strange_line_comes_between_right_ones(
    server: OllamaServer, name: str, line: bytes
) -> None:
    server.fault(name)
    chunks = chat(server).chunks
    assert chunks[3] == line
    assert json.loads(chunks[-1])["done"] is True
    assert len(chunks) == 8


@pytest.mark.parametrize("name", ["wrong_types", "missing_message"])
def test_a_line_of_the_wrong_shape_is_still_json(server: OllamaServer, name: str) -> None:
    server.fault(name)
    line = chat(server).lines[3]
    assert not isinstance(line.get("message", {}).get("content"), str)


def test_deep_json_is_too_deep_for_the_json_module(server: OllamaServer) -> None:
    server.fault("deep_json")
    with pytest.raises(RecursionError):
        json.loads(chat(server).chunks[3])


def test_separators_that_go_leaves_alone_arrive_raw(server: OllamaServer) -> None:
    server.fault("u0085")
    response = chat(server)
    assert "one\u0085two".encode() in response.body
    assert b"\\u2028three" in response.body
    assert said(response) == "one\u0085two\u2028three\x0b\x0c\x1cfour\n"


def test_separators_that_go_would_escape_can_arrive_raw(server: OllamaServer) -> None:
    server.fault("u2028_raw")
    assert "one\u2028two\u2029three".encode() in chat(server).chunks[3]


def test_invalid_utf8_is_invalid(server: OllamaServer) -> None:
    server.fault("invalid_utf8")
    with pytest.raises(UnicodeDecodeError):
        chat(server).chunks[3].decode()


def test_a_character_is_split_over_chunks(server: OllamaServer) -> None:
    server.fault("split_utf8")
    response = chat(server)
    assert "héllo 世界 🎉" in said(response)
    assert "é".encode()[:1] in response.chunks
    assert len(server.chats()) == 1
    assert server.chats()[0].lines == 8


def test_a_surrogate_pair_is_split_over_lines(server: OllamaServer) -> None:
    server.fault("split_surrogate")
    assert [line["message"]["content"] for line in chat(server).lines[3:5]] == ["\ud83c", "\udf89"]


def test_a_huge_line_is_huge(server: OllamaServer) -> None:
    server.fault("huge_line", size=3 * 1024**2)
    assert max(map(len, chat(server).body.split(b"\n"))) > 3 * 1024**2


def test_a_huge_error_is_huge(server: OllamaServer) -> None:
    server.fault("error_body_huge", size=1024**2)
    response = chat(server)
    assert (response.status, len(response.json["error"])) == (500, 1024**2)


def test_a_gzip_bomb_is_small_on_the_wire(server: OllamaServer) -> None:
    server.fault("gzip_bomb", size=8 * 1024**2)
    response = chat(server)
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.body) < 64 * 1024
    assert len(gzip.decompress(response.body)) > 8 * 1024**2


def test_redirects_point_where_they_say(server: OllamaServer) -> None:
    wanted = {
        "redirect_same": "/redirected/api/chat",
        "redirect_cross": f"http://localhost:{server.port}/stolen/api/chat",
        "redirect_loop": "/api/chat",
    }
    for name, location in wanted.items():
        server.fault(name, times=1)
        response = chat(server)
        assert (response.status, response.headers["Location"]) == (307, location)


def test_infinite_writes_on_until_the_client_goes(server: OllamaServer) -> None:
    server.fault("infinite")
    with RawClient(server) as client:
        client.send("POST", "/api/chat", chat_body(options={"num_predict": 5}))
        client.until(b" word500")
    server.wait_for(lambda: server.chats()[0].disconnected)


def test_a_drip_takes_no_notice_of_the_limit(server: OllamaServer) -> None:
    server.fault("drip", delay=0.001)
    with RawClient(server) as client:
        client.send("POST", "/api/chat", chat_body(options={"num_predict": 2}))
        server.wait_for(lambda: server.chats() and server.chats()[0].lines > 20)
    server.wait_for(lambda: server.chats()[0].disconnected)


@pytest.mark.parametrize(("name", "period"), [("loop_1", 1), ("loop_10", 10), ("loop_200", 200)])
def test_a_loop_has_its_period_and_ends_at_the_limit(
    server: OllamaServer, name: str, period: int
) -> None:
    server.fault(name)
    response = chat(server, options={"num_predict": 300})
    text = said(response)
    assert text[period:] == text[:-period]
    assert len(set(text)) > 1 or period == 1
    assert response.lines[-1]["done_reason"] == "length"
    assert response.lines[-1]["eval_count"] == 300


def test_replies_are_bent(server: OllamaServer) -> None:
    last: dict[str, Any] = {}
    for name in ("length", "load_reason", "empty", "done_with_content", "low_prompt_eval"):
        server.fault(name, times=1)
        last[name] = chat(server)
    assert last["length"].lines[-1]["done_reason"] == "length"
    (load,) = last["load_reason"].lines
    assert load["done_reason"] == "load"
    assert set(load) == {"model", "created_at", "message", "done", "done_reason"}
    (empty,) = last["empty"].lines
    assert (empty["message"]["content"], empty["done"]) == ("", True)
    assert last["done_with_content"].lines[-1]["message"]["content"] == " and the last words"
    assert last["low_prompt_eval"].lines[-1]["prompt_eval_count"] == 7


def test_lists_can_flood_and_lie(server: OllamaServer) -> None:
    server.fault("million_models", times=1, count=5000)
    assert len(ask(server, "GET", "/api/tags").json["models"]) == 5000
    server.fault("megabyte_names", times=1, count=2, size=1000)
    assert all(len(m["name"]) > 1000 for m in ask(server, "GET", "/api/tags").json["models"])
    server.fault("hostile_names", times=1)
    names = [m["name"] for m in ask(server, "GET", "/api/tags").json["models"]]
    assert any("\x1b" in name for name in names)
    assert len(ask(server, "GET", "/api/tags").json["models"]) == 3


def test_single_bytes_arrive_all_the_same(server: OllamaServer) -> None:
    server.fault("one_byte_writes", times=1)
    with RawClient(server) as client:
        for _ in range(2):
            response = client.send("POST", "/api/chat", chat_body()).response()
            assert said(response) == "one two three four five"


def test_faults_can_be_limited_to_paths_models_and_times(server: OllamaServer) -> None:
    active = server.fault("error_500", times=2, model="mistral:7b")
    assert chat(server).status == 200
    assert [chat(server, model="mistral:7b").status for _ in range(3)] == [500, 500, 200]
    assert active.hits == 2
    server.fault("error_500", path="/api/tags")
    assert ask(server, "GET", "/api/tags").status == 500
    server.clear_faults()
    assert ask(server, "GET", "/api/tags").status == 200


def test_faults_leave_preloads_alone_unless_asked(server: OllamaServer) -> None:
    load = {"model": "llama3.2:3b", "messages": []}
    server.fault("error_500")
    assert ask(server, "POST", "/api/chat", load).status == 200
    server.clear_faults()
    server.fault("error_500_oom", on="load")
    assert chat(server).status == 200
    assert ask(server, "POST", "/api/chat", load).status == 500
    assert ask(server, "POST", "/api/generate", {"model": "llama3.2:3b"}).status == 500


@pytest.mark.parametrize("path", ["/api/tags", "/api/ps", "/api/version"])
def test_whole_bodies_can_be_cut_too(server: OllamaServer, path: str) -> None:
    server.fault("cut_mid_line", path=path)
    with pytest.raises(json.JSONDecodeError):
        _ = ask(server, "GET", path).json


def test_a_pull_can_break_too(server: OllamaServer) -> None:
    server.fault("error_mid", path="/api/pull", after=2)
    lines = ask(server, "POST", "/api/pull", {"model": "qwen2.5:3b"}).lines
    assert len(lines) == 3
    assert "error" in lines[-1]


def test_an_error_keeps_its_status_beside_a_fault(server: OllamaServer) -> None:
    server.fault("eof_no_done")
    assert chat(server, model="gone").status == 404
