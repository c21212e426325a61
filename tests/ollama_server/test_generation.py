"""Chat and generate, byte by byte and figure by figure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from . import (
    DEEPSEEK_1_5B_NATIVE,
    LLAMA_3B,
    MISTRAL_7B,
    QWEN_4B_LEAKY,
    QWEN_4B_THINKING,
    OllamaServer,
    Reply,
    count_prompt,
    pieces,
)
from .raw import RawClient, ask, chat_body
from .wire import encode_json

STAMP = rb'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z"'
MODELS = [LLAMA_3B, MISTRAL_7B, QWEN_4B_THINKING, QWEN_4B_LEAKY, DEEPSEEK_1_5B_NATIVE]


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer(MODELS) as running:
        yield running


def said(lines: list[Any]) -> str:
    return "".join(line["message"]["content"] for line in lines)


def thought(lines: list[Any]) -> str:
    return "".join(line["message"].get("thinking", "") for line in lines)


def test_every_object_is_one_chunk_with_gos_key_order(server: OllamaServer) -> None:
    server.script("llama3.2:3b", Reply("Hi you"))
    response = ask(server, "POST", "/api/chat", chat_body())
    assert response.names == ["Content-Type", "Date", "Transfer-Encoding"]
    assert response.headers["Content-Type"] == "application/x-ndjson"
    first, second, last = response.chunks
    start = rb'\{"model":"llama3.2:3b","created_at":' + STAMP
    message = rb',"message":\{"role":"assistant","content":'
    assert re.fullmatch(start + message + rb'"Hi"\},"done":false\}\n', first)
    assert re.fullmatch(start + message + rb'" you"\},"done":false\}\n', second)
    figures = (
        rb'"total_duration":\d+,"load_duration":\d+,"prompt_eval_count":\d+,'
        rb'"prompt_eval_duration":\d+,"eval_count":2,"eval_duration":\d+\}\n'
    )
    done = rb'""\},"done":true,"done_reason":"stop",'
    assert re.fullmatch(start + message + done + figures, last)


def test_go_escapes_html_and_line_separators_but_not_u0085(server: OllamaServer) -> None:
    server.script("llama3.2:3b", Reply(chunks=["Vec<u8> & \u2028\u2029\u0085\x0b\ud83dé"]))
    first = ask(server, "POST", "/api/chat", chat_body()).chunks[0]
    escaped = (
        rb'"Vec\u003cu8\u003e \u0026 \u2028\u2029' + b"\xc2\x85" + rb"\u000b\ufffd" + "é".encode()
    )
    assert escaped + b'"' in first


@given(st.text())
def test_the_json_says_what_was_given(text: str) -> None:
    wire = encode_json({"x": text})
    assert json.loads(wire) == {"x": re.sub("[\ud800-\udfff]", "\ufffd", text)}
    assert not set("<>&\u2028\u2029") & set(wire.decode())


@given(st.text())
def test_the_pieces_of_a_text_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


def test_no_header_is_sent_before_the_first_object(server: OllamaServer) -> None:
    server.hold("headers")
    with RawClient(server) as client:
        client.send("POST", "/api/chat", chat_body())
        server.wait_for(lambda: server.parked == 1)
        client.socket.setblocking(False)
        with pytest.raises(BlockingIOError):
            client.socket.recv(1)
        client.socket.setblocking(True)
        server.release()
        assert client.response().lines[-1]["done"] is True


def test_without_a_stream_the_reply_is_one_object(server: OllamaServer) -> None:
    server.script("qwen3:4b", Reply("Hi you", thinking="Hm.", done_text="!"))
    response = ask(server, "POST", "/api/chat", chat_body("qwen3:4b", stream=False))
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.json["message"] == {
        "role": "assistant",
        "content": "Hi you!",
        "thinking": "Hm.",
    }
    assert response.json["done_reason"] == "stop"


def test_zero_figures_are_left_out(server: OllamaServer) -> None:
    server.script("llama3.2:3b", Reply(chunks=[], metrics={"load_duration": 0}))
    (line,) = ask(server, "POST", "/api/chat", chat_body()).lines
    assert not {"load_duration", "eval_count", "eval_duration"} & set(line)
    assert line["prompt_eval_count"] > 0


def test_generate_has_its_own_shape(server: OllamaServer) -> None:
    server.script("llama3.2:3b", Reply("Hi you"))
    lines = ask(server, "POST", "/api/generate", {"model": "llama3.2:3b", "prompt": "x"}).lines
    assert list(lines[0]) == ["model", "created_at", "response", "done"]
    assert lines[-1]["response"] == ""
    assert isinstance(lines[-1]["context"], list)


def test_replies_are_taken_in_order_and_the_last_repeats(server: OllamaServer) -> None:
    server.script("llama3.2:3b", ["one", Reply("two"), lambda call: f"echo {call.prompt}"])
    texts = [said(ask(server, "POST", "/api/chat", chat_body(text=t)).lines) for t in "abcd"]
    assert texts == ["one", "two", "echo c", "echo d"]


def test_a_script_for_all_models_yields_to_a_models_own(server: OllamaServer) -> None:
    server.script("*", "anybody")
    server.script("mistral:7b", "me")
    assert said(ask(server, "POST", "/api/chat", chat_body()).lines) == "anybody"
    assert said(ask(server, "POST", "/api/chat", chat_body("mistral:7b")).lines) == "me"


def test_unscripted_a_prompt_for_demonstrations_gets_three(server: OllamaServer) -> None:
    prompt = "Answer, then write <demonstrations> with <demonstration> blocks."
    text = said(ask(server, "POST", "/api/chat", chat_body(text=prompt)).lines)
    assert text.count("<demonstration>") == text.count("</demonstration>") == 3
    final = said(ask(server, "POST", "/api/chat", chat_body(text=text)).lines)
    assert "<demonstration" not in final


def test_thinking_streams_first_and_counts(server: OllamaServer) -> None:
    server.script("qwen3:4b", Reply("Yes.", thinking="Hm so"))
    lines = ask(server, "POST", "/api/chat", chat_body("qwen3:4b")).lines
    assert [line["message"].get("thinking") for line in lines] == ["Hm", " so", None, None]
    assert lines[0]["message"] == {"role": "assistant", "content": "", "thinking": "Hm"}
    assert lines[-1]["eval_count"] == 3


def test_think_false_leaves_thinking_out(server: OllamaServer) -> None:
    server.script("qwen3:4b", Reply("Yes.", thinking="Hm so"))
    lines = ask(server, "POST", "/api/chat", chat_body("qwen3:4b", think=False)).lines
    assert (said(lines), thought(lines)) == ("Yes.", "")


def test_a_leaky_model_thinks_into_its_content(server: OllamaServer) -> None:
    server.script(QWEN_4B_LEAKY.name, Reply("Yes.", thinking="Hm so"))
    lines = ask(server, "POST", "/api/chat", chat_body(QWEN_4B_LEAKY.name, think=False)).lines
    assert said(lines) == "Hm so\n</think>\n\nYes."


def test_num_predict_cuts_thinking_and_text_together(server: OllamaServer) -> None:
    server.script("qwen3:4b", Reply("one two", thinking="Hm so", done_text="lost"))
    body = chat_body("qwen3:4b", options={"num_predict": 3})
    lines = ask(server, "POST", "/api/chat", body).lines
    assert (thought(lines), said(lines)) == ("Hm so", "one")
    assert (lines[-1]["done_reason"], lines[-1]["eval_count"]) == ("length", 3)


def test_the_prompt_is_counted_over_all_messages(server: OllamaServer) -> None:
    messages = [{"role": "system", "content": "Be good"}, {"role": "user", "content": "a b c"}]
    body = {"model": "llama3.2:3b", "messages": messages}
    last = ask(server, "POST", "/api/chat", body).lines[-1]
    assert last["prompt_eval_count"] == count_prompt(messages) == 1 + 4 + 2 + 4 + 3


@pytest.mark.parametrize(("version", "count"), [("0.33.2", 34), ("0.24.0", 64)])
def test_an_over_long_message_is_cut_silently(version: str, count: int) -> None:
    with OllamaServer([LLAMA_3B], version=version) as server:
        body = chat_body(text="word " * 500, options={"num_ctx": 64})
        assert ask(server, "POST", "/api/chat", body).lines[-1]["prompt_eval_count"] == count


def test_old_messages_are_dropped_before_anything_is_cut(server: OllamaServer) -> None:
    old = {"role": "user", "content": "word " * 500}
    kept = [{"role": "system", "content": "s"}, {"role": "user", "content": "last"}]
    body = {
        "model": "llama3.2:3b",
        "messages": [kept[0], old, kept[1]],
        "options": {"num_ctx": 64},
    }
    last = ask(server, "POST", "/api/chat", body).lines[-1]
    assert last["prompt_eval_count"] == count_prompt(kept)


def test_a_native_model_refuses_what_is_too_long_with_a_nested_error(
    server: OllamaServer,
) -> None:
    body = chat_body(DEEPSEEK_1_5B_NATIVE.name, "word " * 500, options={"num_ctx": 64})
    response = ask(server, "POST", "/api/chat", body)
    assert response.status == 400
    assert response.headers["Content-Type"] == "application/json"
    inner = json.loads(response.json["error"])["error"]
    assert (inner["type"], inner["n_ctx"], inner["n_prompt_tokens"]) == (
        "exceed_context_size_error",
        64,
        506,
    )


def test_an_old_server_that_may_not_cut_says_so_plainly() -> None:
    with OllamaServer([LLAMA_3B], version="0.24.0") as server:
        body = chat_body(text="word " * 500, options={"num_ctx": 64}, truncate=False)
        response = ask(server, "POST", "/api/chat", body)
    assert response.json == {"error": "the input length exceeds the context length"}


def test_an_error_before_the_first_byte_has_a_status(server: OllamaServer) -> None:
    server.script("llama3.2:3b", Reply(error="broken"))
    response = ask(server, "POST", "/api/chat", chat_body())
    assert (response.status, response.json) == (500, {"error": "broken"})


def test_an_error_after_the_first_byte_is_the_last_line(server: OllamaServer) -> None:
    server.script("llama3.2:3b", Reply("Hi you", error="broken"))
    response = ask(server, "POST", "/api/chat", chat_body())
    assert response.status == 200
    assert response.chunks[-1] == b'{"error":"broken"}\n'


def test_a_stream_can_end_without_done(server: OllamaServer) -> None:
    server.script("llama3.2:3b", Reply("Hi you", done=False))
    assert [line["done"] for line in ask(server, "POST", "/api/chat", chat_body()).lines] == [
        False,
        False,
    ]


def test_a_stream_parks_after_so_many_lines(server: OllamaServer) -> None:
    server.script("llama3.2:3b", Reply("a b c d"))
    hold = server.hold(2)
    with RawClient(server) as client:
        client.send("POST", "/api/chat", chat_body())
        server.wait_for(lambda: server.parked == 1)
        assert hold.parked == 1
        client.until(b"\r\n\r\n")
        assert [json.loads(client.chunk())["message"]["content"] for _ in "ab"] == ["a", " b"]
        hold.release()
        assert json.loads(client.chunk())["message"]["content"] == " c"
    assert server.parked == 0
