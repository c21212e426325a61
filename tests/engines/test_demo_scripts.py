"""The demo's scripts are right: well formed, within their lengths, and what can run, runs.

Code is executed as it stands in the text. SQL runs in SQLite over the small tables below, the
same sample as in the text; Rust and JavaScript are skipped where `rustc` or `node` is missing.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

import pytest

from sutra_tui import engines
from sutra_tui.core.clean import clean
from sutra_tui.core.protocol import GenerationOptions
from sutra_tui.engines import demo_tokens

ENVIRONMENT = dict(os.environ)  # taken before a fixture can move HOME away from the toolchains
QUERIES = {
    "Write a Python merge sort": "coding",
    "Write a safe Rust function to read a file": "coding",
    "Implement a binary search tree in Python": "coding",
    "Write a SQL query that finds the second highest salary in each department": "coding",
    "Write a bash script that backs up a folder and keeps the last seven copies": "coding",
    "Write a JavaScript debounce function and explain when to use it": "coding",
    "Explain the CAP theorem with real-world analogies": "explaining",
    "Explain monads": "explaining",
    "Explain how HTTPS keeps a password safe on public Wi-Fi": "explaining",
    "Explain the difference between TCP and UDP to a twelve-year-old": "explaining",
    "Explain why the sky is blue and sunsets are red": "explaining",
    "How many weekdays are there between Monday 3 March 2025 and Friday 28 March 2025, "
    "both included?": "explaining",
}
ORDER = re.compile(r"(draft thinking )?draft( demonstration){3} (answer thinking )?answer raw")
WORDS = {"draft": (60, 130), "demonstration": (60, 140), "answer": (120, 260), "raw": (80, 180)}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LANGUAGES = {"python", "rust", "sql", "bash", "javascript", "haskell"}


@dataclass(frozen=True)
class Section:
    script: str
    name: str
    text: str

    @property
    def prose(self) -> str:
        return FENCE.sub("", self.text)

    def code(self, language: str) -> list[str]:
        return [code for tag, code in FENCE.findall(self.text) if tag == language]


@dataclass(frozen=True)
class Script:
    name: str
    query: str
    kind: str
    sections: tuple[Section, ...]

    def __getitem__(self, name: str) -> Section:
        return next(section for section in self.sections if section.name == name)

    @property
    def demonstrations(self) -> list[Section]:
        return [section for section in self.sections if section.name == "demonstration"]


def parse(path: Path) -> Script:
    head, *parts = re.split(r"^--- ", path.read_text("utf-8"), flags=re.MULTILINE)
    query, kind = head.splitlines()
    assert query.startswith("query: ") and kind.startswith("kind: "), path.name
    sections = (Section(path.stem, *part.split("\n", 1)) for part in parts)
    return Script(path.stem, query[len("query: ") :], kind[len("kind: ") :], tuple(sections))


FOLDER = Path(engines.__file__).parent / "demo_scripts"
SCRIPTS = {path.stem: parse(path) for path in sorted(FOLDER.glob("*.md"))}
SECTIONS = [section for script in SCRIPTS.values() for section in script.sections]
each_script = pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
each_section = pytest.mark.parametrize("section", SECTIONS, ids=lambda s: f"{s.script}-{s.name}")
each_voice = pytest.mark.parametrize("voice", ["draft", "answer", "raw"])


def each_fence(language: str) -> pytest.MarkDecorator:
    found = [(f"{s.script}-{s.name}", code) for s in SECTIONS for code in s.code(language)]
    return pytest.mark.parametrize("code", [code for _, code in found], ids=[i for i, _ in found])


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        env={**ENVIRONMENT, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def succeed(*command: str | Path, **environment: str) -> str:
    done = run(*command, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- form ----------------------------------------------------------------------------------------


def test_the_twelve_queries_are_there_once_each() -> None:
    assert sorted((script.query, script.kind) for script in SCRIPTS.values()) == sorted(
        QUERIES.items()
    )


@each_script
def test_sections_come_in_order_and_none_is_empty(script: Script) -> None:
    assert ORDER.fullmatch(" ".join(section.name for section in script.sections))
    assert all(section.text.strip() for section in script.sections)


def test_thinking_is_scripted_for_both_roles_and_for_code() -> None:
    thinking = {(s.script, s.name) for s in SECTIONS if s.name.endswith("thinking")}
    assert {("weekdays", "draft thinking"), ("weekdays", "answer thinking")} <= thinking
    assert any(SCRIPTS[script].kind == "coding" for script, name in thinking)


@each_section
def test_lengths_without_code(section: Section) -> None:
    low, high = WORDS.get(section.name, (40, 160))
    assert low <= sum(bool(re.search(r"\w", word)) for word in section.prose.split()) <= high


@each_script
def test_replies_fit_into_the_default_length_limit_with_their_tags(script: Script) -> None:
    by_role = [{"draft thinking", "draft", "demonstration"}, {"answer thinking", "answer"}, {"raw"}]
    for names in by_role:
        tokens = sum(demo_tokens.count(s.text) for s in script.sections if s.name in names)
        assert tokens + 64 <= GenerationOptions().num_predict


@each_section
def test_text_is_plain_markdown_for_a_terminal(section: Section) -> None:
    text, prose = section.text, section.prose
    assert clean(text) == text
    assert "```" not in prose, "a fence is not closed"
    assert {tag for tag, _ in FENCE.findall(text)} <= LANGUAGES
    assert all(len(line) <= 72 for _, code in FENCE.findall(text) for line in code.splitlines())
    assert not re.search(r"[ \t]$|\t", text, re.MULTILINE)
    assert not re.search(r"^#{1,2} |^#{4,} |^---$", prose, re.MULTILINE)
    assert not re.search(r"</?[A-Za-z][^>]*>", re.sub(r"`[^`]*`", "", prose)), "HTML"
    assert not re.search(r"</?(think|answer|draft|demo|example)", text, re.IGNORECASE), "a tag"


@each_script
def test_at_most_two_links_and_those_by_https(script: Script) -> None:
    links = re.findall(r"\]\(([^)]*)\)", "".join(section.prose for section in script.sections))
    assert len(links) <= 2 and all(link.startswith("https://") for link in links)


@each_script
def test_demonstrations_are_different_problems(script: Script) -> None:
    texts = [section.text for section in (script["draft"], *script.demonstrations)]
    for one, other in combinations(texts, 2):
        assert SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio() < 0.6
    coding = script.kind == "coding"
    for text in texts[1:]:
        assert text.startswith("Task: " if coding else "Question: ") and script.query not in text
        assert ("\nSolution:\n" in text) == coding


def labels(section: Section) -> list[str]:
    """Headings and bold lead-ins: the skeleton a reader sees."""
    found = re.findall(r"^(?:### (.+)|\*\*([^*]+?)[.:]?\*\*)", section.prose, re.MULTILINE)
    return [(heading or lead).lower() for heading, lead in found]


@each_script
def test_the_answer_has_the_shape_of_the_demonstrations_and_raw_has_not(script: Script) -> None:
    first, *others = (labels(demonstration) for demonstration in script.demonstrations)
    shared = [label for label in first if all(label in other for other in others)]
    assert len(shared) >= 2
    answer = iter(labels(script["answer"]))
    assert all(label in answer for label in shared), "a part is missing or in another place"
    assert not set(shared) & set(labels(script["raw"]))


def test_tables_wide_characters_and_generics_are_among_what_is_shown() -> None:
    text = "".join(section.text for section in SECTIONS)
    assert re.search(r"[\u3040-\u30ff]", text) and "é" in text and "🌅" in text
    assert "Vec<u8>" in text and "Result<String, ReadError>" in text
    assert sum("\n|---|" in script["answer"].text for script in SCRIPTS.values()) in (3, 4)


# -- Python, JavaScript, Rust --------------------------------------------------------------------


def assert_promised(output: str, code: str) -> None:
    """What a fence prints is what its comments say."""
    comments = re.findall(r"(?:#|//) (.*)", code)
    assert bool(output) == bool(re.search(r"\bprint\(|console\.log", code))
    for line in output.splitlines():
        assert any(line in comment for comment in comments), line


@each_fence("python")
def test_python_runs(code: str) -> None:
    assert_promised(succeed(sys.executable, "-I", "-W", "error", "-c", code), code)


@each_voice
def test_merge_sort_sorts_and_is_stable(voice: str) -> None:
    (code,) = SCRIPTS["merge-sort"][voice].code("python")
    check = """
import random
for size in range(60):
    items = [random.Random(size).randrange(20) / 2 for _ in range(size)]
    before = list(items)
    assert merge_sort(items) == sorted(items) and items == before
assert [str(x) for x in merge_sort([1, 1.0, 0, True])] == ["0", "1", "1.0", "True"]
"""
    succeed(sys.executable, "-I", "-c", code + check)


def test_tree_behaves_like_a_set() -> None:
    (code,) = SCRIPTS["binary-search-tree"]["answer"].code("python")
    check = """
import random
rng, tree, model = random.Random(1), BinarySearchTree(), set()
for _ in range(3000):
    value = rng.randrange(40)
    if rng.random() < 0.5:
        assert tree.insert(value) == (value not in model)
        model.add(value)
    else:
        assert tree.remove(value) == (value in model)
        model.discard(value)
    assert list(tree) == sorted(model) and (value in tree) == (value in model)
tree = BinarySearchTree()
assert all(tree.insert(value) for value in range(1500))  # deeper than the recursion limit
assert list(tree) == list(range(1500))
"""
    succeed(sys.executable, "-I", "-c", code + check)


def tool(name: str) -> str:
    path = shutil.which(name)
    if path is None or run(path, "--version").returncode != 0:
        pytest.skip(f"{name} is not on this machine, so its fences cannot be checked")
    return path


@each_fence("javascript")
def test_javascript_runs(code: str) -> None:
    assert_promised(succeed(tool("node"), "-e", f'"use strict";\n{code}'), code)


@each_voice
def test_debounce_runs_once_after_the_last_call(voice: str) -> None:
    (code,) = SCRIPTS["javascript-debounce"][voice].code("javascript")
    clock = """
let now = 0, timers = [];
globalThis.setTimeout = (run, ms) => { timers.push({ run, at: now + ms }); return timers.at(-1); };
globalThis.clearTimeout = (timer) => { timers = timers.filter((t) => t !== timer); };
function tick(ms) {
  now += ms;
  const due = timers.filter((t) => t.at <= now);
  timers = timers.filter((t) => t.at > now);
  due.forEach((t) => t.run());
}
"""
    check = """
const { deepStrictEqual: same } = require("node:assert");
const seen = [];
const owner = { act: debounce(function (...args) { seen.push([this === owner, ...args]); }, 80) };
owner.act(1); tick(79); owner.act(2, 3); tick(79); same(seen, []);
tick(1); same(seen, [[true, 2, 3]]);
owner.act(4); tick(80); same(seen, [[true, 2, 3], [true, 4]]);
if (owner.act.cancel) { owner.act(5); owner.act.cancel(); tick(500); same(seen.length, 2); }
"""
    succeed(tool("node"), "-e", clock + code + check)


@each_fence("rust")
def test_rust_compiles_without_warnings(code: str, tmp_path: Path) -> None:
    source = tmp_path / "demo.rs"
    source.write_text(code, "utf-8")
    options = ["--edition=2021", "--crate-type=lib", "--emit=metadata", "-Dwarnings"]
    succeed(tool("rustc"), *options, "--out-dir", tmp_path, source)


def test_rust_reads_text_and_names_each_failure(tmp_path: Path) -> None:
    (code,) = SCRIPTS["rust-read-file"]["answer"].code("rust")
    (tmp_path / "five.txt").write_text("fünf", "utf-8")
    (tmp_path / "bytes.bin").write_bytes(b"\xff\xfe")
    check = """
fn main() {
    use ReadError::*;
    let folder = std::env::args().nth(1).unwrap();
    let read = |name: &str, limit| read_text(&Path::new(&folder).join(name), limit);
    assert_eq!(read("five.txt", 5).unwrap(), "fünf");
    assert_eq!(read("five.txt", u64::MAX).unwrap(), "fünf");
    assert!(matches!(read("five.txt", 4), Err(TooLarge { limit: 4 })));
    assert!(matches!(read("bytes.bin", 9), Err(NotUtf8(_))));
    assert!(matches!(read("absent", 9), Err(Io(_))));
    assert!(matches!(read("", 9), Err(Io(_))));
    let error: Box<dyn Error> = Box::new(read("five.txt", 4).unwrap_err());
    assert_eq!(error.to_string(), "larger than 4 bytes");
}
"""
    source, program = tmp_path / "demo.rs", tmp_path / "demo"
    source.write_text(code + check, "utf-8")
    succeed(tool("rustc"), "--edition=2021", "-o", program, source)
    succeed(program, tmp_path)


# -- SQL -----------------------------------------------------------------------------------------

TABLES = """
CREATE TABLE departments (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO departments VALUES (1, 'Engineering'), (2, 'Sales'), (3, 'Legal'), (4, 'Support');
CREATE TABLE employees (id INTEGER PRIMARY KEY, name TEXT, department_id INTEGER, salary INTEGER);
INSERT INTO employees (name, department_id, salary) VALUES
  ('Ada', 1, 9000), ('Bo', 1, 9000), ('Cem', 1, 7500), ('Dana', 1, 7500), ('Fay', 2, 5200),
  ('Gus', 2, 4100), ('Hana', 3, 8000), ('Ivo', 4, NULL), ('Jo', 4, 3900), ('Kim', 4, 3500);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, placed_at TEXT, total INTEGER);
INSERT INTO orders VALUES (1, 7, '2025-02-01', 30), (2, 7, '2025-01-09', 20),
  (3, 8, '2025-01-05', 10), (4, 7, '2025-01-09', 50);
CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, category TEXT, price REAL);
INSERT INTO products (name, category, price) VALUES ('pen', 'desk', 2), ('lamp', 'desk', 40),
  ('chair', 'desk', 90), ('gift card', 'desk', NULL), ('rake', 'garden', 15);
CREATE TABLE readings (sensor TEXT, taken_at TEXT, value INTEGER);
INSERT INTO readings VALUES ('b', '9h', 70), ('a', '6h', 10), ('a', '7h', 13), ('a', '8h', NULL),
  ('a', '9h', 9);
"""
ROWS = """
1 7500, 2 4100, 4 3500
7 2 2025-01-09 20, 8 3 2025-01-05 10
desk chair 90.0
a 6h None, a 7h 3, a 8h None, a 9h None, b 9h None
Engineering Cem 7500, Engineering Dana 7500, Sales Gus 4100, Support Kim 3500
1 7500, 2 4100, 4 3500
"""


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    if sqlite3.sqlite_version_info < (3, 25):
        pytest.skip("this SQLite has no window functions")
    connection = sqlite3.connect(":memory:")
    connection.executescript(TABLES)
    yield connection
    connection.close()


def rows(database: sqlite3.Connection, code: str) -> list[str]:
    return [" ".join(map(str, row)) for row in database.execute(code)]


def test_sql_finds_the_right_rows(database: sqlite3.Connection) -> None:
    codes = [code for s in SCRIPTS["sql-second-salary"].sections for code in s.code("sql")]
    for code, expected in zip(codes, ROWS.strip().splitlines(), strict=True):
        assert sorted(rows(database, code)) == expected.split(", ")


def test_sql_answer_is_true_of_its_own_sample(database: sqlite3.Connection) -> None:
    answer = SCRIPTS["sql-second-salary"]["answer"]
    (code,) = answer.code("sql")
    shown = re.findall(r"^\| (\w+) \| (\w+) \| (\d+) \|$", answer.prose, re.MULTILINE)
    assert rows(database, code) == [" ".join(row) for row in shown]
    sample = rows(database, "SELECT name, salary FROM employees WHERE salary NOT NULL")
    assert all(row in answer.prose for row in sample)
    with_ranked, _ = code.split("SELECT d.name")
    (join,) = re.findall(r"`(LEFT JOIN .+?)`", answer.prose)
    kept = rows(database, f"{with_ranked} SELECT d.name, r.name FROM departments AS d {join}")
    assert len(kept) == len(shown) + 1 and "Legal None" in kept


# -- bash ----------------------------------------------------------------------------------------


@each_fence("bash")
def test_bash_parses(code: str) -> None:
    succeed("bash", "-n", "-c", code)


def script_file(section: Section, tmp_path: Path) -> Path:
    (code,) = section.code("bash")
    path = tmp_path / "script.sh"
    path.write_text(code, "utf-8")
    return path


@pytest.fixture
def clock(tmp_path: Path) -> str:
    """A PATH on which `date` reads the time from NOW and `sleep` does not wait."""
    folder = tmp_path / "bin"
    folder.mkdir()
    date_program = (
        "import os, sys, time\n"
        "print(time.strftime(sys.argv[-1].lstrip('+'), time.gmtime(int(os.environ['NOW']))))\n"
    )
    for name, program in (("date", date_program), ("sleep", "")):
        (folder / name).write_text(f"#!{sys.executable}\n{program}", "utf-8")
        (folder / name).chmod(0o755)
    return f"{folder}{os.pathsep}{ENVIRONMENT['PATH']}"


@each_voice
def test_backup_keeps_the_last_seven_copies(voice: str, clock: str, tmp_path: Path) -> None:
    script = script_file(SCRIPTS["bash-backup"][voice], tmp_path)
    diary, backups = tmp_path / "Documents" / "my letters" / "diary.txt", tmp_path / "Backups"
    diary.parent.mkdir(parents=True)
    arguments = [] if voice == "raw" else [tmp_path / "Documents", backups]
    for day in range(10):
        diary.write_text(str(day), "utf-8")
        now = str(1_700_000_000 + day * 86_400)
        succeed("bash", script, *arguments, PATH=clock, NOW=now, HOME=str(tmp_path))
    kept = []
    for archive in sorted(backups.iterdir()):
        with tarfile.open(archive) as tar:
            (member,) = (m for m in tar if m.name.endswith("my letters/diary.txt"))
            content = tar.extractfile(member)
            assert content is not None
            kept.append(int(content.read()))
    assert kept == [3, 4, 5, 6, 7, 8, 9]


def test_backup_touches_nothing_else_and_fails_safely(clock: str, tmp_path: Path) -> None:
    script = script_file(SCRIPTS["bash-backup"]["answer"], tmp_path)
    source, backups = tmp_path / "my photos", tmp_path / "back ups"
    source.mkdir()
    backups.mkdir()
    old = [backups / f"my photos-202501{day:02}T020000Z.tar.gz" for day in range(1, 10)]
    others = [backups / "my photos-raw-20250101T020000Z.tar.gz", backups / "my photos-notes.tar.gz"]
    for path in [*old, *others]:
        path.touch()

    def backup(*arguments: Path, path: str = clock) -> int:
        return run("bash", script, *arguments, PATH=path, NOW="1750000000").returncode

    assert backup(source) == 2
    assert backup(tmp_path / "absent", backups) == 1
    assert backup(tmp_path, backups) == 1, "the backups would contain themselves"
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "tar").write_text("#!/bin/sh\nexit 1\n", "utf-8")
    (tmp_path / "broken" / "tar").chmod(0o755)
    assert backup(source, backups, path=f"{tmp_path / 'broken'}{os.pathsep}{clock}") == 1
    assert set(backups.iterdir()) == {*old, *others}, "a failure changes nothing"
    assert backup(source, backups) == 0
    new = backups / "my photos-20250615T150640Z.tar.gz"
    assert set(backups.iterdir()) == {*others, *old[-6:], new}
    assert new.stat().st_mode & 0o077 == 0
    assert backup(source, backups) == 1, "a second copy in one second is refused"


def test_bash_demonstrations_do_what_they_say(clock: str, tmp_path: Path) -> None:
    lower, largest, retry = SCRIPTS["bash-backup"].demonstrations
    folder, count = tmp_path / "photos", tmp_path / "count"
    folder.mkdir()
    for size, name in enumerate(["a b.JPG", "-c.JPG", "d.JPG", "d.jpg", "e.png", "f"], start=1):
        (folder / name).write_bytes(os.urandom(65_536 * size))
    assert "d.jpg" in run("bash", script_file(lower, tmp_path), folder).stderr
    names = ["-c.jpg", "a b.jpg", "d.JPG", "d.jpg", "e.png", "f"]
    assert sorted(path.name for path in folder.iterdir()) == names

    listed = succeed("bash", script_file(largest, tmp_path), folder).splitlines()
    shown = [Path(line.split("\t")[1]).name for line in listed]
    assert shown == ["f", "e.png", "d.jpg", "d.JPG", "-c.jpg"]
    assert run("bash", tmp_path / "script.sh", tmp_path / "absent").returncode == 1

    script = script_file(retry, tmp_path)
    command = ["bash", "-c", 'echo >> "$0"; (( $(wc -l < "$0") >= $1 )) || exit 5']
    for needed, status, calls in (("3", 0, 3), ("9", 5, 5)):
        count.write_text("", "utf-8")
        assert run("bash", script, *command, count, needed, PATH=clock).returncode == status
        assert len(count.read_text("utf-8").splitlines()) == calls


# -- arithmetic ----------------------------------------------------------------------------------


def test_counts_agree_with_the_calendar() -> None:
    def days(first: date, last: date) -> list[date]:
        return [first + timedelta(n) for n in range((last - first).days + 1)]

    march = days(date(2025, 3, 3), date(2025, 3, 28))
    tuesdays = [d.day for d in days(date(2025, 1, 7), date(2025, 2, 25)) if d.weekday() == 1]
    weekdays = sum(day.weekday() < 5 for day in march)
    assert (march[0].weekday(), march[-1].weekday(), len(march), weekdays) == (0, 4, 26, 20)
    assert tuesdays == [7, 14, 21, 28, 4, 11, 18, 25]
    counts = [len(range(15, 43)), len(range(0, 31, 3)), len(tuesdays), weekdays]
    script = SCRIPTS["weekdays"]
    for section, count in zip([*script.demonstrations, script["answer"]], counts, strict=True):
        assert section.text.rstrip().endswith(f"**Answer: {count}**")
    assert all(f"**{weekdays} weekdays**" in script[name].text for name in ("draft", "raw"))


def test_every_equation_holds(database: sqlite3.Connection) -> None:
    text = "".join(section.prose for section in SECTIONS).replace("**", "")
    equations = re.findall(r"((?:\d+ [-−+×÷] )+\d+) = (\d+)", text)
    assert len(equations) >= 15
    for left, right in equations:
        term = left.translate(str.maketrans("−×÷", "-*/"))
        assert database.execute(f"SELECT {term}").fetchone() == (int(right),), left
    assert "(650 / 450)⁴ ≈ 4.4" in text and round((650 / 450) ** 4, 1) == 4.4
