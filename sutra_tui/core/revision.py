"""A finished run and what was changed since: which stages are stale, and the run that renews them.

Invariant: pure. A stage is stale when something it depends on is another now, or when it did not
come to its end; what is not stale is handed to the next run as it is, and not paid for again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Final, Literal

from .protocol import METHODS, HandoffResult, StageName
from .request import RunRequest, new_run_id

Change = Literal[
    "query",
    "method",
    "system",
    "model a",
    "prompt a",
    "order",
    "count",
    "options a",
    "other",
    "draft",
    "demonstrations",
    "model b",
    "prompt b",
    "options b",
]
"""What can be another thing than a run was made with; `other` is what this version has no word for,
`draft` that Model B wants the draft and the run may have none."""
Stages = frozenset[StageName]

EVERY: Final[Stages] = frozenset({"A", "parse", "B"})
LAST: Final[Stages] = frozenset({"B"})
DEPENDING: Final[dict[Change, Stages]] = {
    "query": EVERY,
    "method": EVERY,
    "system": EVERY,
    "model a": EVERY,
    "prompt a": EVERY,
    "order": EVERY,
    "count": EVERY,
    "options a": EVERY,
    "other": EVERY,
    "draft": EVERY,
    "demonstrations": LAST,
    "model b": LAST,
    "prompt b": LAST,
    "options b": LAST,
}
"""The stages that depend on each, in the order in which a reader wants to hear of them."""
_NO_MATTER: Final = frozenset(
    {"templates", "options_a", "options_b", "method", "demonstrations", "draft"}
    | {"cache", "final", "allow_cloud", "run_id"}
)
"""Fields of a request that are looked at more closely, or say nothing of what is written."""
_NAMES: Final[dict[str, Change]] = {
    "query": "query",
    "system": "system",
    "model_a": "model a",
    "model_b": "model b",
    "order": "order",
    "count": "count",
}
_ONLY_BY_A: Final[frozenset[Change]] = frozenset(
    {"model a", "prompt a", "order", "count", "options a", "draft"}
)
"""What reaches Model B only by what Model A writes."""


@dataclass(frozen=True, slots=True)
class Revision:
    """See the module.

    Args:
        result: The run, however it ended.
        asked: What it was made with.
        now: What would be asked now: the query as edited, the models and settings as chosen.
        edited: The demonstrations as edited, in the order for Model B; None: not touched.
    """

    result: HandoffResult
    asked: RunRequest
    now: RunRequest
    edited: tuple[str, ...] | None = None

    @property
    def had(self) -> tuple[str, ...]:
        """The run's own demonstrations, also those it was given and never came to use."""
        return self.result.demonstrations or tuple(self.asked.demonstrations or ())

    @property
    def demonstrations(self) -> tuple[str, ...]:
        """What Model B would get."""
        return self.had if self.edited is None else self.edited

    @property
    def draft(self) -> str:
        """Model A's own answer."""
        return self.result.draft or self.asked.draft

    @property
    def changes(self) -> tuple[Change, ...]:
        """What is another thing now, the most far-reaching first."""
        found = set(self._changes())
        if "A" not in self.stages:
            found -= _ONLY_BY_A
        return tuple(change for change in DEPENDING if change in found)

    @property
    def stages(self) -> Stages:
        """The stages that the run would have now."""
        asked, now = self.asked, self.now
        if now.method == "raw":
            return LAST
        # Demonstrations that a person chose are nobody's work for this query; reused ones are.
        chosen = not asked.asks_model_a and not asked.draft
        same = (asked.query, asked.method) == (now.query, now.method)
        return LAST if chosen and same else EVERY

    @property
    def outdated(self) -> Stages:
        """The stages that depend on something that has changed."""
        return frozenset().union(*(DEPENDING[change] for change in self.changes)) & self.stages

    @property
    def unfinished(self) -> Stages:
        """The stages that did not come to their end, and those that needed them."""
        if "A" in self.stages and not self._has_demonstrations:
            return EVERY
        return LAST if self.asked.final and not _is_over(self.result, "B") else frozenset()

    @property
    def stale(self) -> Stages:
        """The stages that a rerun would renew."""
        return self.outdated | self.unfinished

    @property
    def reuses(self) -> bool:
        """Whether a rerun spares Model A its work."""
        return bool(self.stale) and "A" not in self.stale and self.now.method == "handoff"

    def reason(self, stage: StageName) -> Change | None:
        """Why a stage is outdated; None when it is not."""
        if stage not in self.stages:
            return None
        return next((change for change in self.changes if stage in DEPENDING[change]), None)

    def request(self) -> RunRequest:
        """The run that renews what is stale; all of it when nothing is, or when Model A is."""
        return self._with(self.now, self.demonstrations) if self.reuses else self.now

    def without(self, index: int) -> RunRequest:
        """The same run with one demonstration left out and nothing else changed.

        Args:
            index: Which, from 0.

        Raises:
            IndexError: There is no such demonstration.
        """
        rest = list(self.had)
        del rest[index]
        return self._with(replace(self.asked, run_id=new_run_id()), tuple(rest))

    def alone(self) -> RunRequest:
        """The same query by Model B alone and nothing else changed: what a handoff is held to."""
        return self._with(replace(self.asked, run_id=new_run_id()), ())

    def _with(self, request: RunRequest, demonstrations: tuple[str, ...]) -> RunRequest:
        """A request whose first stage is this run's."""
        if not demonstrations:
            return replace(request, method="raw", demonstrations=None, draft="")
        return replace(
            request,
            method="handoff",
            model_a=self.result.model_a or self.asked.model_a,
            demonstrations=demonstrations,
            draft=self.draft,
        )

    @property
    def _has_demonstrations(self) -> bool:
        """Model A's work is done and there is something of it to hand on."""
        return bool(self.had) and (not self.asked.asks_model_a or _is_over(self.result, "A"))

    def _changes(self) -> Iterator[Change]:
        asked, now = self.asked, self.now
        for name in (field.name for field in fields(RunRequest)):
            if name not in _NO_MATTER and getattr(asked, name) != getattr(now, name):
                yield _NAMES.get(name, "other")
        if asked.method != now.method:
            yield "method"
        if (asked.templates.prompt_a, asked.templates.system_a) != (
            now.templates.prompt_a,
            now.templates.system_a,
        ):
            yield "prompt a"
        if (asked.templates.prompt_b, asked.templates.system_b) != (
            now.templates.prompt_b,
            now.templates.system_b,
        ):
            yield "prompt b"
        if now.wants_draft and not asked.wants_draft:
            yield "draft"
        if asked.options_a.sampling() != now.options_a.sampling():
            yield "options a"
        if asked.options_b.sampling() != now.options_b.sampling():
            yield "options b"
        if self.demonstrations != self.had:
            yield "demonstrations"


def as_asked(result: HandoffResult, now: RunRequest) -> RunRequest:
    """What a run of the past was made with, as far as its result says; the rest as it is now.

    Args:
        result: The run, with whatever method it names.
        now: What would be asked now.
    """
    a = result.stage("A")
    reused = a is not None and a.status == "skipped"
    given = bool(result.demonstrations) and (a is None or reused)
    return replace(
        now,
        query=result.query,
        method=result.method if result.method in METHODS else "handoff",
        model_a=result.model_a or now.model_a,
        model_b=result.model_b or now.model_b,
        demonstrations=result.demonstrations if given else None,
        draft=result.draft if reused else "",
    )


def _is_over(result: HandoffResult, name: StageName) -> bool:
    """A stage came to its own end, whatever it was worth."""
    stage = result.stage(name)
    return stage is not None and stage.status not in ("failed", "stopped")
