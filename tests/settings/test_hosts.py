"""Which of the places that may name a server goes first."""

from __future__ import annotations

import pytest

from sutra_tui.settings import Settings
from sutra_tui.settings.hosts import Hosts, wanted_hosts

SET = Settings(host="set", host_a="set-a", host_b="set-b")


@pytest.mark.parametrize(
    ("given", "settings", "speaks", "wanted"),
    [
        (Hosts(), Settings(), False, Hosts()),
        (Hosts(), Settings(host="set"), False, Hosts("set")),
        (Hosts(), Settings(host="set"), True, Hosts(None)),
        (Hosts(), SET, True, Hosts(None, "set-a", "set-b")),
        (Hosts("said"), SET, True, Hosts("said")),
        (Hosts("said", b="said-b"), SET, True, Hosts("said", None, "said-b")),
        (Hosts(a="said-a"), SET, False, Hosts("set", "said-a", "set-b")),
        (Hosts("", "", ""), Settings(), False, Hosts()),
    ],
)
def test_what_was_said_for_this_start_goes_first(
    given: Hosts, settings: Settings, speaks: bool, wanted: Hosts
) -> None:
    assert wanted_hosts(given, settings, speaks) == wanted
