"""Which pane an event's text belongs to.

Invariant: every token goes to exactly one pane.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.events import (
    DemonstrationDropped,
    DemonstrationFound,
    Event,
    MovedToThinking,
    StageFinished,
    StageStarted,
    Token,
)

if TYPE_CHECKING:
    from .panes import Panes


def route(event: Event, panes: Panes) -> None:
    """Put an event's text where it belongs."""
    match event:
        case StageStarted():
            panes.follow("draft" if event.stage == "A" else "answer" if event.stage == "B" else "")
        case Token(channel="draft"):
            panes.draft.append(event.text)
        case Token(channel="answer"):
            panes.answer.append(event.text)
        case Token(channel="demonstration"):
            panes.follow("demonstrations")
            panes.demonstrations.append(event.index, event.text)
        case Token(channel="thinking"):
            panes.pane_of(event.stage).think(event.text)
        case MovedToThinking():
            panes.pane_of(event.stage).move_to_thinking()
            if event.stage == "A":
                panes.demonstrations.clear()
        case DemonstrationFound():
            panes.demonstrations.complete(event.index, event.text)
        case DemonstrationDropped():
            panes.demonstrations.drop(event.index)
        case StageFinished(stage="A") | StageFinished(stage="B"):
            panes.pane_of(event.stage).finish()
