"""`sutra cache`: what it shows, what it changes, and what it refuses."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sutra_tui import cli, paths
from sutra_tui.core.clean import clean
from sutra_tui.headless import cache_arguments, cache_command
from sutra_tui.headless.cache_carrying import in_words
from sutra_tui.headless.cache_words import HEADINGS, entry_rows
from sutra_tui.headless.streams import cells
from sutra_tui.store.cache import CacheEntry, DemonstrationCache, KeyParts
from sutra_tui.store.cache_entry import ImportReport
from sutra_tui.store.cache_records import SORTS
from tests.test_import_budget import HEAVY, loaded_by

Captured = pytest.CaptureFixture[str]
HOSTILE = "a [/] \x1b]52;c;eA==\x07 \u202edcba \x9b31m"
UNSAFE = set("\x1b\x07\u202e\x9b")
FOREIGN = "f0e1" * 16
SORT = KeyParts("Write a merge sort", "llama3.2:3b", "a80c", "t1", 3, "answer-first", {"seed": 1})
HOUR = 3600.0
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX pipes and modes")


def hours_ago(hours: float) -> Callable[[], float]:
    return lambda: time.time() - hours * HOUR


def keep(parts: KeyParts, *demos: str, hours: float = 2.0, ttl: float = 0, **more: Any) -> str:
    """Keep demonstrations in the user's own cache, some time ago; `ttl` 0 is for ever."""
    with DemonstrationCache(path=paths.cache_database(), clock=hours_ago(hours)) as cache:
        cache.set(
            more.pop("key", parts.key),
            list(demos) or ["first", "second", "third"],
            ttl,
            query=parts.query,
            model_a=parts.model_a,
            digest=parts.digest,
            template_hash=parts.template_hash,
            count=parts.count,
            order=parts.order,
            options=parts.options,
            **more,
        )
    return parts.key


def kept() -> list[CacheEntry]:
    """What is in the user's own cache, in the order it was written."""
    if not paths.cache_database().exists():
        return []
    with DemonstrationCache(path=paths.cache_database()) as cache:
        return cache.entries(sort="created", descending=False, limit=1000)


@dataclass(frozen=True)
class Said:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def rows(self) -> list[str]:
        """The table without its headings."""
        return self.out.splitlines()[1:]


Run = Callable[..., Said]


@pytest.fixture
def cache(capsys: Captured) -> Run:
    """Runs `sutra cache` in this process."""

    def run(*arguments: str) -> Said:
        code = cli.main(["cache", *arguments])
        return Said(code, *capsys.readouterr())

    return run


class Terminal(io.StringIO):
    """A text stream with a person behind it."""

    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    """What `sutra cache` writes on a terminal of 80 columns."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.main(["cache", *arguments]) == 0
    return stream.getvalue()


def asked(monkeypatch: pytest.MonkeyPatch, answer: str) -> Terminal:
    """A terminal where a person answers; gives what they read."""
    question = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys, "stderr", question)
    return question


# -- the command line -----------------------------------------------------------------------------


def test_every_command_has_a_help_and_a_function(cache: Run) -> None:
    said = cache("--help")
    names = {*cache_command.ACTIONS, "path"}
    assert said.code == 0
    assert all(f"\n    {name} " in said.out for name in names)
    assert "sutra cache show" in said.out and "exit codes" in said.out
    for name in names:
        assert "--json" in cache(name, "--help").out


def test_listings_are_sorted_by_what_the_cache_can_sort_by() -> None:
    assert set(cache_arguments.SORTS) == set(SORTS)


@pytest.mark.parametrize("arguments", [("cache", "--help"), ("cache", "list", "--help")])
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded_by(*arguments) & HEAVY == set()


def test_looking_loads_no_screen_no_engine_and_no_event_loop() -> None:
    keep(SORT)
    assert loaded_by("cache", "list") & {"textual", "rich", "ollama", "httpx", "asyncio"} == set()


@pytest.mark.parametrize(
    ("given", "message", "remedy"),
    [
        ([], "Say what to do with the cache.", "Commands are list, show, search"),
        (["lst"], 'There is no command "cache lst".', "Did you mean `sutra cache list`?"),
        (["\x1b[2J"], "There is no command", "Commands are"),
        (["list", "x"], "one word too many: x.", "See `sutra cache list --help`."),
        (["list", "--jsno"], "There is no option --jsno.", "Did you mean --json?"),
        (["list", "--limit", "0"], "a whole number from 1 to", "See `sutra cache list --help`."),
        (["list", "--offset", "x"], "a whole number from 0 to", "See"),
        (["list", "--sort", "colour"], "created", "See"),
        (["show"], "required: KEY", "See `sutra cache show --help`."),
        (["show", "abc"], '"abc" is too little of a key.', "at least 4 characters"),
        (["search"], "required: TEXT", "See"),
        (["search", " "], "nothing to search for", "sutra cache search TEXT"),
        (["ban", "abcd", "0"], "a whole number from 1 to", "See"),
        (["import", "-"], "Standard input cannot be imported.", "Write it to a file"),
    ],
)
def test_wrong_usage_says_what_and_what_to_do(
    given: list[str], message: str, remedy: str, cache: Run
) -> None:
    said = cache(*given)
    first, second = said.err.splitlines()
    assert (said.code, said.out) == (2, "")
    assert message in first and remedy in second
    assert not UNSAFE & set(said.err)


def test_options_may_stand_before_the_command(cache: Run, tmp_path: Path) -> None:
    said = cache("--json", "--cache", str(tmp_path / "x.db"), "path")
    assert said.document == {"path": str(tmp_path / "x.db"), "exists": False}


# -- nothing there --------------------------------------------------------------------------------


def test_the_path_alone(cache: Run) -> None:
    assert cache("path") == Said(0, f"{paths.cache_database()}\n", "")


@pytest.mark.parametrize("given", [["list"], ["clear"]])
def test_an_empty_cache_is_one_sentence(given: list[str], cache: Run) -> None:
    said = cache(*given)
    assert (said.code, said.out) == (0, "")
    assert len(said.err.splitlines()) == 1 and "The cache is empty" in said.err


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["path"], 0),
        (["list"], 0),
        (["stats"], 0),
        (["purge"], 0),
        (["clear", "--yes"], 0),
        (["search", "x"], 0),
        (["show", "abcd"], 1),
        (["delete", "abcd"], 1),
        (["pin", "abcd"], 1),
        (["export", "-"], 0),
    ],
)
def test_looking_creates_no_file(given: list[str], code: int, cache: Run) -> None:
    assert cache(*given).code == code
    assert not paths.data_folder().exists()


def test_a_named_cache_that_is_not_there_is_not_made(cache: Run, tmp_path: Path) -> None:
    said = cache("list", "--cache", str(tmp_path / "typo.db"))
    assert (said.code, said.out) == (1, "")
    assert "There is no cache file" in said.err and "--cache" in said.err
    assert not (tmp_path / "typo.db").exists()


# -- lists ----------------------------------------------------------------------------------------


def test_the_list_has_the_newest_first(cache: Run) -> None:
    keep(SORT, hours=30)
    keep(KeyParts("Explain monads", "tiny:1b"), "one", hours=2, ttl=4 * HOUR)
    said = cache("list")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[0].split("  ")[0] == "KEY"
    newest, oldest = (row.split() for row in said.rows)
    assert newest[1:] == ["Explain", "monads", "tiny:1b", "1", "2", "h", "1", "h", "0", "-", "-"]
    assert oldest[:5] == [SORT.key[:8], "Write", "a", "merge", "sort"]
    assert oldest[5:] == ["llama3.2:3b", "3", "1", "day", "never", "0", "-", "-"]


def test_a_list_says_what_hits_have_saved(cache: Run) -> None:
    key = keep(SORT, tokens=100, seconds=4.0)
    with DemonstrationCache(path=paths.cache_database()) as store:
        assert store.get(key) and store.get(key)
    (row,) = cache("list").rows
    assert row.split()[-4:] == ["2", "8.0", "s", "-"]
    (entry,) = cache("list", "--json").document["entries"]
    assert (entry["hits"], entry["tokens_saved"], entry["seconds_saved"]) == (2, 200, 8.0)


def test_flags_say_what_sets_an_entry_apart(cache: Run, tmp_path: Path) -> None:
    original = {FOREIGN: {"demonstrations": ["x"], "expires_at": None, "cached_at": 1.0}}
    (tmp_path / "theirs.json").write_text(json.dumps(original))
    expired = keep(KeyParts("expired"), ttl=HOUR)
    pinned = keep(KeyParts("pinned"), ttl=HOUR)
    hand = keep(KeyParts("by hand"), source="hand")
    future = keep(KeyParts("future"), hours=-2, ttl=HOUR)
    with DemonstrationCache(path=paths.cache_database()) as store:
        store.pin(pinned)
        entry = store.entry(hand)
        assert entry is not None
        store.edit(hand, entry.demonstrations[0].id, "mine")
        store.ban("second")
        store.import_(tmp_path / "theirs.json")
    entries = {entry["key"]: entry for entry in cache("list", "--json").document["entries"]}
    assert {key: set(entry["flags"]) for key, entry in entries.items()} == {
        expired: {"expired", "banned"},
        pinned: {"pinned", "banned"},
        hand: {"edited", "hand", "banned"},
        future: {"clock", "banned"},
        FOREIGN: {"import", "foreign"},
    }
    rows = {row.split()[0]: row for row in cache("list").rows}
    assert rows[expired[:8]].endswith("banned,expired") and "1 h ago" in rows[expired[:8]]
    assert "2 of 3" in rows[pinned[:8]] and "never" in rows[pinned[:8]]
    assert rows[FOREIGN[:8]].split()[1] == "-"


def test_pages_follow_each_other(cache: Run) -> None:
    for number in range(5):
        keep(KeyParts(f"query {number}"), hours=number + 1)
    first = cache("list", "--limit", "2")
    assert [row.split()[2] for row in first.rows] == ["0", "1"]
    assert first.err == "1 to 2 of 5 entries are shown. See the next with --offset 2.\n"
    last = cache("list", "--limit", "2", "--offset", "4")
    assert ([row.split()[2] for row in last.rows], last.err) == (["4"], "")
    beyond = cache("list", "--offset", "5")
    assert (beyond.code, beyond.out) == (0, "")
    assert beyond.err == "There is nothing after 5 entries.\n"
    page = cache("list", "--limit", "2", "--offset", "2", "--json").document
    assert (page["total"], page["offset"], page["limit"]) == (5, 2, 2)
    assert [entry["query"] for entry in page["entries"]] == ["query 2", "query 3"]


@pytest.mark.parametrize(
    ("options", "order"),
    [
        ([], "bca"),
        (["--reverse"], "acb"),
        (["--sort", "query"], "abc"),
        (["--sort", "query", "--reverse"], "cba"),
        (["--sort", "tokens"], "cba"),
    ],
)
def test_lists_can_be_sorted(options: list[str], order: str, cache: Run) -> None:
    for query, hours, tokens in (("a", 3, 1), ("b", 1, 2), ("c", 2, 3)):
        keep(KeyParts(query), hours=hours, tokens=tokens)
    entries = cache("list", "--json", *options).document["entries"]
    assert "".join(entry["query"] for entry in entries) == order


def test_searching_needs_no_quotes(cache: Run) -> None:
    keep(SORT)
    keep(KeyParts("Explain monads"), "monads sort of compose")
    assert len(cache("search", "sort").rows) == 2
    assert [row.split()[0] for row in cache("search", "merge", "sort").rows] == [SORT.key[:8]]
    document = cache("search", "monads", "--json").document
    assert (document["search"], document["total"]) == ("monads", 1)
    nothing = cache("search", "zebra")
    assert nothing == Said(0, "", "No entry of the cache says that.\n")


@pytest.mark.parametrize("given", [["--", "--json"], ['"', "*", "OR"], ["%"], ["\udcff"]])
def test_what_is_searched_for_is_never_obeyed(given: list[str], cache: Run) -> None:
    keep(SORT)
    assert cache("search", *given) == Said(0, "", "No entry of the cache says that.\n")


@pytest.mark.parametrize("columns", [40, 80, 100, 200])
def test_a_list_fits_a_terminal_that_is_wide_enough(columns: int) -> None:
    entries = [
        CacheEntry(0, "0" * 64, query="日本語 " * 40, model_a="llama3.2:3b", hits=3, seconds=2),
        CacheEntry(0, "1" * 64, query="x" * 500, model_a="y" * 500, pinned=True),
    ]
    rows = entry_rows(entries, 5 * HOUR, columns)
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    assert sum(widths) + 2 * (len(widths) - 1) <= max(columns, 80)
    assert (rows[0] == HEADINGS) == (columns > 100)
    assert widths[1] >= 12


# -- hostile text ---------------------------------------------------------------------------------


@pytest.fixture
def hostile() -> str:
    """An entry with everything in it that a terminal must not get; gives its key."""
    key = f"{HOSTILE} key"
    parts = KeyParts(f"{HOSTILE}\nquery", HOSTILE, HOSTILE, HOSTILE, 3, HOSTILE, {HOSTILE: "\x1b"})
    keep(parts, HOSTILE, "x" * 1_000_000, key=key, draft=HOSTILE)
    keep(KeyParts("y" * 1_000_000), HOSTILE, hours=1)
    return key


def test_T2_hostile_text_is_inert_in_every_column(hostile: str, cache: Run) -> None:
    for said in (cache("list"), cache("search", "[/]")):
        assert said.code == 0
        assert clean(said.out) == said.out and "[/]" in said.out
        assert not UNSAFE & set(said.out)
        assert len(said.out.splitlines()) == 3
        assert max(map(len, said.out.splitlines())) < 250


def test_hostile_text_is_escaped_in_json_and_not_lost(hostile: str, cache: Run) -> None:
    said = cache("list", "--json")
    assert clean(said.out) == said.out
    (entry,) = [entry for entry in said.document["entries"] if entry["key"] == hostile]
    assert entry["query"] == f"{HOSTILE}\nquery"
    assert [d["text"] for d in entry["demonstrations"]] == [HOSTILE, "x" * 1_000_000]


def test_an_entry_is_raw_in_a_pipe_but_its_facts_never_are(hostile: str, cache: Run) -> None:
    raw, cleaned = cache("show", hostile), cache("show", hostile, "--clean")
    facts = raw.out.partition("\n\nQuery\n")[0]
    assert clean(facts) == facts and "[/]" in facts
    assert f"\nDemonstration 1\n{HOSTILE}\n" in raw.out
    assert f"\nDemonstration 1\n{clean(HOSTILE)}\n" in cleaned.out
    assert f"\nDraft\n{clean(HOSTILE)}\n" in cleaned.out
    assert clean(cleaned.out) == cleaned.out


def test_an_entry_is_clean_on_a_terminal(hostile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, "show", hostile)
    assert clean(text) == text
    assert f"\nDemonstration 1\n{clean(HOSTILE)}\n" in text


def test_a_list_on_a_terminal_is_narrow(hostile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(monkeypatch, "list").splitlines()
    assert lines[0].split()[:5] == ["KEY", "QUERY", "MODEL", "A", "DEM."]
    assert max(map(cells, lines)) <= 80


def test_what_a_list_shows_of_a_key_can_be_typed(hostile: str, cache: Run) -> None:
    typed = next(row for row in cache("list").rows if "[/]" in row)[:8]
    assert cache("show", typed, "--json").document["key"] == hostile
    refused = cache("delete", "\x1b]52;nothing")
    assert refused.code == 1 and not UNSAFE & set(refused.err)


# -- one entry ------------------------------------------------------------------------------------


def test_an_entry_whole(cache: Run) -> None:
    key = keep(SORT, "one\nline", "two\n", draft="The draft.", tokens=212, seconds=4.1)
    said = cache("show", key[:4])
    facts = dict(line.split(maxsplit=1) for line in said.out.partition("\n\n")[0].splitlines())
    assert facts["Key"] == key
    assert facts["Options"] == '{"seed":1}'
    assert facts["Cost"] == "212 tokens, 4.1 s"
    assert facts["Now"].startswith("a hit")
    texts = said.out.partition("\n\n")[2]
    assert texts == (
        "Query\nWrite a merge sort\n\nDraft\nThe draft.\n"
        "\nDemonstration 1\none\nline\n\nDemonstration 2\ntwo\n"
    )
    document = cache("show", key, "--json").document
    assert [d["number"] for d in document["demonstrations"]] == [1, 2]
    assert document["state"] == "live" and document["model_a"] == SORT.model_a


@pytest.mark.parametrize(
    ("hours", "ttl", "bans", "fate"),
    [
        (2, 0, [], "a hit"),
        (2, HOUR, [], "a miss: it has expired"),
        (-2, HOUR, [], "a miss: it was written at a time that is yet to come"),
        (2, 0, ["only"], "a miss: it has no demonstration that is not banned"),
    ],
)
def test_an_entry_says_what_would_become_of_it(
    hours: float, ttl: float, bans: list[str], fate: str, cache: Run
) -> None:
    key = keep(SORT, "only", hours=hours, ttl=ttl)
    with DemonstrationCache(path=paths.cache_database()) as store:
        for text in bans:
            store.ban(text)
    assert f"\nNow       {fate}" in cache("show", key).out


def test_a_beginning_that_fits_several_names_the_candidates(cache: Run) -> None:
    keep(KeyParts("first query"), key="abcd1111" + "0" * 56)
    keep(KeyParts("second \x1b query"), key="abcd2222" + "0" * 56)
    for given in (["show", "abcd"], ["delete", "abcd"], ["ban", "abcd", "1"]):
        said = cache(*given)
        assert (said.code, said.out) == (1, "")
        first, second = said.err.splitlines()
        assert 'The keys of 2 entries begin with "abcd".' in first
        assert "abcd1111 (first query)" in second and "abcd2222 (second ␛ query)" in second
    assert cache("show", "abcd2").code == 0
    assert len(kept()) == 2


def test_very_many_candidates_are_not_all_named(cache: Run) -> None:
    for number in range(9):
        keep(KeyParts("q"), key=f"abcdefghij{number}")
    said = cache("show", "abcd")
    assert "more than 5 entries" in said.err
    assert said.err.count("(q)") == 5 and "abcdefghij0 (q)" in said.err


def test_a_whole_key_wins_over_longer_ones(cache: Run) -> None:
    keep(KeyParts("short"), key="abc")
    keep(KeyParts("long"), key="abcdef")
    assert cache("show", "abc", "--json").document["query"] == "short"


def test_an_unknown_key_is_a_failure_and_not_a_usage_error(cache: Run) -> None:
    keep(SORT)
    said = cache("show", "zzzz")
    assert (said.code, said.out) == (1, "")
    assert 'begins with "zzzz"' in said.err and "sutra cache list" in said.err


# -- changing -------------------------------------------------------------------------------------


def test_deleting_names_every_entry_or_deletes_none(cache: Run) -> None:
    keys = [keep(KeyParts(query), hours=hours) for query, hours in (("a", 3), ("b", 2), ("c", 1))]
    assert cache("delete", keys[0], "zzzz").code == 1
    assert len(kept()) == 3
    said = cache("delete", keys[0], keys[1][:10], keys[1], "--json")
    assert (said.code, said.err) == (0, "Removed 2 entries.\n")
    assert said.document["deleted"] == keys[:2]
    assert [entry.key for entry in kept()] == keys[2:]


def test_pinning_and_letting_go(cache: Run) -> None:
    key = keep(SORT, ttl=HOUR)
    assert cache("pin", key[:6]) == Said(0, "", "Pinned 1 entry.\n")
    assert kept()[0].pinned
    assert cache("unpin", key, "--json").document["unpinned"] == [key]
    assert not kept()[0].pinned


def test_banning_and_allowing_again(cache: Run) -> None:
    key = keep(SORT)
    assert cache("ban", key, "2").code == 0
    assert kept()[0].texts == ("first", "third")
    assert "Demonstration 2 (banned)" in cache("show", key).out
    assert cache("unban", key, "2", "--json").document["banned"] is False
    assert kept()[0].texts == ("first", "second", "third")
    refused = cache("ban", key, "4")
    assert refused.code == 2 and "it has 3" in refused.err


def test_purging_takes_what_has_expired_and_nothing_else(cache: Run) -> None:
    keep(KeyParts("expired"), ttl=HOUR)
    live = keep(KeyParts("live"))
    assert cache("purge").err == "Removed 1 entry that had expired.\n"
    assert [entry.key for entry in kept()] == [live]
    assert cache("purge", "--json").document["purged"] == 0


def test_clearing_is_not_done_unasked(cache: Run) -> None:
    keep(SORT)
    said = cache("clear")
    assert (said.code, said.out) == (2, "")
    assert "nobody to ask about 1 entry" in said.err and "--yes" in said.err
    assert len(kept()) == 1
    done = cache("clear", "--yes", "--json")
    assert (done.code, done.document["cleared"]) == (0, 1)
    assert "Removed 1 entry." in done.err
    assert kept() == []


@pytest.mark.parametrize(
    ("answer", "code", "left"),
    [("y\n", 0, 0), ("YES\n", 0, 0), ("n\n", 1, 1), ("\n", 1, 1), ("", 1, 1), ("yeah\n", 1, 1)],
)
def test_clearing_asks_on_a_terminal(
    answer: str, code: int, left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(SORT)
    seen = asked(monkeypatch, answer)
    assert cli.main(["cache", "clear"]) == code
    question, *rest = seen.getvalue().splitlines()
    assert "removes 1 entry" in question and "pinned ones too" in question
    assert ("Removed 1 entry" if code == 0 else "Nothing was removed") in rest[0]
    assert len(kept()) == left


# -- totals ---------------------------------------------------------------------------------------


def test_the_totals(cache: Run) -> None:
    key = keep(SORT, tokens=1000, seconds=90)
    with DemonstrationCache(path=paths.cache_database()) as store:
        assert store.get(key) and store.get("no such key") is None
        store.ban("x")
    lines = dict(line.split(maxsplit=1) for line in cache("stats").out.splitlines())
    assert lines["Entries"] == "1" and lines["Banned"] == "1"
    assert lines["Hits"] == "1 of 2 queries (50%)"
    assert lines["Saved"] == "1,000 tokens, 1 min 30 s"
    assert lines["File"] == str(paths.cache_database())
    document = cache("stats", "--json").document
    assert (document["hit_rate"], document["misses"], document["persistent"]) == (0.5, 1, True)
    assert document["path"] == str(paths.cache_database())


def test_the_totals_of_a_cache_that_is_not_there_yet(cache: Run) -> None:
    assert f"{paths.cache_database()} (not there yet)" in cache("stats").out
    assert cache("stats", "--json").document["entries"] == 0


# -- files ----------------------------------------------------------------------------------------


def test_what_is_exported_can_be_imported(cache: Run, tmp_path: Path) -> None:
    keep(SORT, HOSTILE, draft="draft \u202e")
    target = tmp_path / "kept.json"
    assert cache("export", str(target)) == Said(0, "", f"Wrote 1 entry to {target}.\n")
    other = str(tmp_path / "other.db")
    assert cache("import", str(target), "--cache", other) == Said(0, "", "Imported 1 entry.\n")
    (entry,) = cache("list", "--json", "--cache", other).document["entries"]
    assert (entry["draft"], entry["demonstrations"][0]["text"]) == ("draft \u202e", HOSTILE)
    assert len(kept()) == 1
    if os.name == "posix":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_Z9_an_export_replaces_nothing_unasked(cache: Run, tmp_path: Path) -> None:
    keep(SORT)
    target = tmp_path / "kept.json"
    target.write_text("mine")
    said = cache("export", str(target))
    assert (said.code, target.read_text()) == (1, "mine")
    assert "is there already" in said.err and "--force" in said.err
    assert cache("export", str(target), "--force", "--json").document["entries"] == 1
    assert json.loads(target.read_text())["format"] == "sutra-cache"


def test_Z9_an_export_cannot_replace_the_cache_itself(cache: Run) -> None:
    keep(SORT)
    said = cache("export", str(paths.cache_database()), "--force")
    assert said.code == 1 and "it is the cache itself" in said.err
    assert len(kept()) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_an_export_to_standard_output(encoding: str, sutra: Any, tmp_path: Path) -> None:
    keep(SORT, f"{HOSTILE} 日本語")
    keep(KeyParts("other"))
    done = sutra(
        "cache", "export", "-", "--search", "日本語",
        env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode(encoding)
    assert clean(text) == text
    (entry,) = json.loads(text)["entries"]
    assert entry["demonstrations"][0]["text"] == f"{HOSTILE} 日本語"
    (tmp_path / "again.json").write_bytes(done.stdout)
    again = sutra("cache", "import", str(tmp_path / "again.json"))
    assert b"1 in the place of older ones" in again.stderr


def test_an_import_leaves_the_users_own_work(cache: Run, tmp_path: Path) -> None:
    mine, theirs = keep(KeyParts("mine")), keep(KeyParts("theirs"))
    cache("export", str(tmp_path / "x.json"))
    cache("pin", mine)
    said = cache("import", str(tmp_path / "x.json"))
    assert "Imported 1 entry (0 new, 1 in the place of older ones)." in said.err
    assert "Skipped 1 entry: what you have under the same key holds your own work." in said.err
    document = cache("import", str(tmp_path / "x.json"), "--json").document
    assert (document["replaced"], document["skipped"], document["added"]) == (1, 1, 0)
    assert {entry.key: entry.pinned for entry in kept()} == {mine: True, theirs: False}


def test_the_originals_own_files_are_taken_in(cache: Run, tmp_path: Path) -> None:
    original = {FOREIGN: {"demonstrations": ["x"], "expires_at": None, "cached_at": 1.0}}
    (tmp_path / "theirs.json").write_text(json.dumps(original))
    said = cache("import", str(tmp_path / "theirs.json"))
    assert said.code == 0
    assert "Imported 1 entry. 1 entry without a known Model A" in said.err
    assert "a miss: its file did not say which Model A wrote it" in cache("show", FOREIGN).out


def test_an_import_says_what_had_to_go() -> None:
    report = ImportReport(added=2, replaced=0, kept=0, foreign=0, evicted=1_500)
    assert in_words(report) == (
        "Imported 2 entries. The cache was full, so 1,500 entries used least recently went."
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "does not exist"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"format": "sutra-cache", "version": 99, "entries": []}', "newer sutra"),
        (b'{"\x1b]52;": 1}', "not JSON"),
        (b'{"k": {"demonstrations": [1]}}', "entry 1"),
    ],
)
def test_a_file_that_is_no_cache_changes_nothing(
    content: bytes | None, reason: str, cache: Run, tmp_path: Path
) -> None:
    keep(SORT)
    before = kept()
    if content is not None:
        (tmp_path / "x.json").write_bytes(content)
    said = cache("import", str(tmp_path / "x.json"))
    assert (said.code, said.out) == (1, "")
    assert reason in said.err and "Nothing was changed" in said.err
    assert kept() == before


# -- files that cannot be used --------------------------------------------------------------------


@pytest.mark.parametrize("given", [["list"], ["clear", "--yes"], ["import", "x.json"], ["stats"]])
def test_a_file_of_another_program_is_left_alone(
    given: list[str], cache: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    monkeypatch.chdir(tmp_path)
    Path("x.json").write_text("{}")
    theirs = tmp_path / "theirs.db"
    connection = sqlite3.connect(theirs)
    connection.execute("CREATE TABLE theirs (x)")
    connection.commit()
    connection.close()
    before = theirs.read_bytes()
    said = cache(*given, "--cache", str(theirs))
    assert (said.code, said.out) == (1, "")
    assert "belongs to another program" in said.err
    assert "Nothing could be read" in said.err
    assert theirs.read_bytes() == before


@posix_only
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_file_that_cannot_be_written_can_be_looked_at(cache: Run) -> None:
    key = keep(SORT)
    folder = paths.data_folder()
    paths.cache_database().chmod(0o400)
    folder.chmod(0o500)
    try:
        assert key[:8] in cache("list").out
        for given in (["delete", key], ["clear", "--yes"], ["pin", key], ["ban", key, "1"]):
            said = cache(*given)
            assert said.code == 1 and "cannot be changed" in said.err
    finally:
        folder.chmod(0o700)
        paths.cache_database().chmod(0o600)
    assert [entry.key for entry in kept()] == [key]


def test_a_change_that_reached_only_memory_is_a_failure(
    cache: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = keep(SORT)
    monkeypatch.setattr(DemonstrationCache, "persistent", property(lambda self: False))
    for given in (["delete", key], ["clear", "--yes"], ["pin", key], ["ban", key, "1"], ["purge"]):
        said = cache(*given)
        assert (said.code, said.out) == (1, "")
        assert "cannot be changed" in said.err


# -- pipes ----------------------------------------------------------------------------------------


@posix_only
@pytest.mark.parametrize(
    "given",
    [["list", "--limit", "900"], ["list", "--json"], ["export", "-"], ["show", SORT.key]],
    ids=["table", "json", "export", "entry"],
)
def test_a_reader_that_leaves_is_told_nothing(given: list[str]) -> None:
    with DemonstrationCache(path=paths.cache_database()) as store:
        store.set(SORT.key, ["x" * 1_000_000])
        for number in range(900 if "900" in given else 0):
            store.set(f"key {number}", ["x"], query="a query that fills its column" * 4)
    process = subprocess.Popen(
        [sys.executable, "-m", "sutra_tui", "cache", *given],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )
    assert process.stdout is not None and process.stderr is not None
    assert len(process.stdout.read(1)) == 1
    process.stdout.close()
    with process.stderr:
        assert process.wait(timeout=60) == 141
        assert process.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("given", [["list"], ["path"], ["stats", "--json"], ["export", "-"]])
def test_a_full_disk_is_one_sentence(given: list[str]) -> None:
    keep(SORT)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sutra_tui", "cache", *given],
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
        )
    assert done.returncode == 74
    assert done.stderr.startswith(b"sutra: Standard output cannot be written to")
    assert b"Traceback" not in done.stderr
