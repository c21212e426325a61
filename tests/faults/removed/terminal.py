"""Defences of the terminal and of secrets: ways to take each away, and the test that then fails."""

from __future__ import annotations

from ..defence import defence


@defence(
    "X1",
    "pty/test_signals.py::test_X1_a_signal_ends_the_idle_app",
    "signals are left to what Python and Textual make of them",
)
def signals() -> None:
    from sutra_tui.tui.watch import Watch

    Watch.begin = lambda self, loop: None  # type: ignore[method-assign]
    Watch.leaving = lambda self: None  # type: ignore[method-assign]
    Watch.end = lambda self: None  # type: ignore[method-assign]


@defence(
    "X6",
    "pty/test_crash_report.py::test_X6_a_report_has_places_and_types_only",
    "reports quote the exception",
)
def reports_quote_nothing() -> None:
    from sutra_tui.tui import crash

    real = crash._frames
    crash._frames = lambda error: [*real(error), f"  {error}"]


@defence(
    "Z2",
    "core/test_attachments.py::test_Z2_the_limit_is_exact",
    "files of any size are attached",
)
def attachment_limit() -> None:
    from sutra_tui.core import attachments

    attachments.MAX_BYTES = 2**26


@defence(
    "Z3",
    "core/test_attachments.py::test_Z3_names_of_secrets_are_known",
    "files are not looked at for secrets",
)
def secrets_in_files() -> None:
    from sutra_tui.core import attachments

    attachments.secret_in = lambda name, text: None


@defence(
    "Z4",
    "core/test_request.py::test_Z4_a_cloud_model_is_never_used_without_being_allowed",
    "cloud models are models like any other",
)
def cloud_models() -> None:
    from dataclasses import replace

    from sutra_tui.core import request

    real = request.find_model
    request.is_cloud_name = lambda name: False
    request.find_model = lambda models, name, **more: real(
        [replace(model, remote=False) for model in models], name, **more
    )


@defence(
    "Z9",
    "store/test_cache_transfer.py::test_Z9_save_replaces_and_export_does_not",
    "an export replaces what is there",
)
def exports_replace_nothing() -> None:
    from sutra_tui.store import files

    real = files.write_atomically
    files.write_atomically = lambda path, pieces, overwrite: real(path, pieces, overwrite=True)
