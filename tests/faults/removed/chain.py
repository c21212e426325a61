"""Defences of prompts and of the cache: ways to take each away, and the test that then fails."""

from __future__ import annotations

from typing import Any

from ..defence import defence


@defence(
    "P10",
    "core/test_templates.py::test_P10_every_other_brace_of_a_template_survives",
    "templates are filled by str.format",
)
def own_substitution() -> None:
    from sutra_tui.core import templates

    templates.substitute = lambda text, values: text.format(**values)


@defence(
    "P11",
    "core/test_templates.py::test_P11_fences_differ_from_run_to_run",
    "every fence has the same name",
)
def random_fences() -> None:
    from sutra_tui.core import templates

    templates.secrets.token_hex = lambda length=4: "00000000"  # type: ignore[assignment]


@defence(
    "P13",
    "core/test_pipeline.py::test_P13_a_retagged_model_misses",
    "the key of the cache does not cover the model's digest",
)
def digest_in_the_key() -> None:
    from sutra_tui.core import cache_slot

    real = cache_slot.key_parts
    cache_slot.key_parts = lambda *args: {**real(*args), "digest": ""}


@defence(
    "P14",
    "core/test_pipeline.py::test_N6_N18_P14_what_a_cut_stream_completed_is_used_but_not_cached",
    "what was cut is complete, and so it is kept",
)
def only_whole_is_cached() -> None:
    from sutra_tui.core.stage import ModelStage

    real = ModelStage._verdict

    def verdict(self: Any, *args: Any) -> Any:
        events = real(self, *args)
        self.outcome.status = "complete"
        return events

    ModelStage._verdict = verdict  # type: ignore[method-assign]
