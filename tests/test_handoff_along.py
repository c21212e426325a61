"""Files and conversations through the library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sutra_tui import AgentHandoff
from sutra_tui.core.attachments import Attachment
from sutra_tui.core.errors import AttachmentError, InvalidRequest
from tests.handoff_support import QUERY, A, B, answer_to, scripted_server
from tests.ollama_server import OllamaServer


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def handoff(server: OllamaServer) -> AgentHandoff:
    return AgentHandoff(A, B, ollama_host=server.url)


def test_files_go_along_by_their_paths(
    handoff: AgentHandoff, server: OllamaServer, tmp_path: Path
) -> None:
    path = tmp_path / "main.py"
    path.write_text("print(1)")
    result = handoff.run_detailed(QUERY, files=[str(path), path, Attachment("b.py", "x = 2")])
    assert result.answer == answer_to(QUERY)
    assert [note.name for note in result.files] == ["main.py", "main.py", "b.py"]
    for model in (A, B):
        assert "\nprint(1)\n</file-" in server.chats(model)[-1].prompt


def test_a_conversation_goes_on_from_pairs(handoff: AgentHandoff, server: OllamaServer) -> None:
    handoff.run(QUERY, earlier=[("What is 1+1?", "2")])
    spoken = [(m["role"], m["content"]) for m in server.chats(B)[-1].messages[1:3]]
    assert spoken == [("user", "What is 1+1?"), ("assistant", "2")]


@pytest.mark.parametrize("files", ["main.py", Path("main.py"), 7, None])
def test_one_path_is_no_list_of_files(handoff: AgentHandoff, files: Any) -> None:
    with pytest.raises(InvalidRequest, match="list"):
        handoff.run(QUERY, files=files)


def test_a_file_that_is_not_there_is_refused(handoff: AgentHandoff, server: OllamaServer) -> None:
    with pytest.raises(AttachmentError, match="no such file"):
        handoff.run(QUERY, files=["missing.py"])
    assert server.chats(A) == []


@pytest.mark.parametrize("earlier", [["text"], [("one",)], [(1, 2)], 3, [("a", None)]])
def test_what_is_no_pair_of_texts_is_no_turn(handoff: AgentHandoff, earlier: Any) -> None:
    with pytest.raises(InvalidRequest, match="pairs"):
        handoff.run(QUERY, earlier=earlier)
