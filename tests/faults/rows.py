"""The fault list: 101 ways in which models, servers, files, terminals and people go wrong.

Invariant: every row is proved by tests whose names carry its id (`test_T1_...`, `test_T1_T3_...`),
or says in `beyond` why nothing here can prove it; `tests/faults/test_rows.py` holds that.

- `python -m tests.faults` runs them all and prints the table; `python -m tests.faults T N14` some.
- `python -m tests.faults without` takes defences away one by one and shows that tests notice.
- `python -m tests.faults thorough` tries 10,000 examples where otherwise a few hundred must do.
- `python -m tests.store.kill9 200` kills two writers of one cache, and two of one history, 200
  times.
- `python -m tests.bench load` measures what streams without pause do to the keyboard.
"""

from __future__ import annotations

from .row import Row

TEXT = (
    Row(
        "T1",
        "Models write terminal sequences: clipboard, title, links, colours, device control.",
        "No byte of them reaches the terminal; the reader sees that something was there.",
    ),
    Row(
        "T2",
        "The same in a model's name, an error, a cache entry, a setting, a tooltip or a title.",
        "No byte of them reaches the terminal, wherever such text is shown.",
    ),
    Row(
        "T3",
        "A sequence is split over the pieces of a stream.",
        "It is as harmless as a whole one.",
    ),
    Row(
        "T4",
        "Text holds control, bidirectional, invisible or unencodable code points.",
        "Cleaning takes each away, may be done twice, and does not depend on the pieces.",
    ),
    Row(
        "T5",
        "Text looks like the markup of the screen library, whole or broken.",
        "It is shown as written and nothing fails.",
    ),
    Row(
        "T6",
        "Text looks like markup that acts on a click or links to a file.",
        "Clicking it does nothing.",
    ),
    Row(
        "T7",
        "Code and notes hold square brackets.",
        "They are shown character by character.",
    ),
    Row(
        "T8",
        "A model writes links to files, programs and odd schemes.",
        "Only web links can be asked for, and none is opened before its host was shown.",
    ),
    Row(
        "T9",
        "An answer holds tags and generic types.",
        "They are visible, inside and outside of code.",
    ),
    Row(
        "T10",
        "A line of a megabyte, huge code blocks and tables, hundreds of nested quotes.",
        "They appear as plain text, which says so, over several short frames.",
        "Milliseconds of a frame: tests that measure time fail on busy machines, so "
        "`python -m tests.bench load` prints them",
    ),
    Row(
        "T11",
        "Joined emoji, wide and stacked characters, tabs, carriage returns.",
        "No row leaves its frame.",
        "How wide a given terminal draws a character: terminals disagree",
    ),
    Row(
        "T12",
        "Half a surrogate pair in a stream.",
        "A replacement character, shown, kept and printed.",
    ),
    Row(
        "T13",
        "A new line of code hands outside text to a widget as a plain string.",
        "A test that reads the code fails.",
    ),
)

NETWORK = (
    Row(
        "N1",
        "Nobody answers: refused, no such name, no IPv6.",
        "It is said where was looked and what to do; one key tries again; the list stays.",
    ),
    Row(
        "N2",
        "The server takes the question and says nothing.",
        "The waiting can be stopped at once and ends by itself.",
    ),
    Row(
        "N3",
        "The server stops in the middle of a reply and keeps the connection.",
        "The wait ends; what came is kept, not called complete and not cached.",
    ),
    Row(
        "N4",
        "A reply drips on for ever, each piece just in time.",
        "It has a total time.",
    ),
    Row(
        "N5",
        "The connection breaks: reset, closed, cut within a line.",
        "One kind of error; what came is kept.",
    ),
    Row(
        "N6",
        "A reply ends without the server's last line.",
        "It is not complete, not cached, and the exit code says so.",
    ),
    Row(
        "N7",
        "The server reports an error within the stream.",
        "Its words are shown, clean and short.",
    ),
    Row(
        "N8",
        "A model disappears between the choice and the run.",
        "The error names it and the way to get it; the choice is made anew.",
    ),
    Row(
        "N9",
        "The server answers 500, 502 with a page, or 503 because it is busy.",
        "A short text; a busy server is asked again a few times, then it is said.",
    ),
    Row(
        "N10",
        "Error bodies that are lists, texts, null, deep or endless.",
        "An error of ours, read up to a limit.",
    ),
    Row(
        "N11",
        "Lines of a stream that are garbage, blank, no objects or of wrong types.",
        "Blank lines are passed over, the rest is named as what it is.",
    ),
    Row(
        "N12",
        "Text holds separators that other programs split lines at.",
        "It arrives as it was sent.",
    ),
    Row(
        "N13",
        "Bytes that are no UTF-8; characters and surrogate pairs split over pieces.",
        "Replacement characters for the first, whole characters for the second.",
    ),
    Row(
        "N14",
        "A line of 64 MB, a compressed bomb.",
        "Refused at a limit, and memory does not grow with it.",
    ),
    Row(
        "N15",
        "A reply without a single token, or one that only says that the model was loaded.",
        "It is an empty answer and no success; Model B is not given invented demonstrations.",
    ),
    Row(
        "N16",
        "A model that never stops.",
        "Every call has a limit of tokens, and a reply a limit of bytes.",
    ),
    Row(
        "N17",
        "A model repeats one letter, word or paragraph for ever.",
        "It is noticed and said, the run can be stopped, and nothing of it is cached; "
        "text that only looks dull goes on.",
    ),
    Row(
        "N18",
        "A reply is cut at the limit.",
        "It is marked as cut and not cached.",
    ),
    Row(
        "N19",
        "The server silently drops the beginning of a long prompt.",
        "What cannot fit is refused before; what seems to have been cut is said with figures.",
    ),
    Row(
        "N20",
        "The server sends the prompt elsewhere by a redirect.",
        "Refused; nothing is sent there.",
    ),
    Row(
        "N21",
        "Proxy variables of the environment are set, or nonsense.",
        "They are not used, and nothing fails.",
    ),
    Row(
        "N22",
        "The address of the server is nonsense.",
        "The error names the part that is wrong; no foreign exception escapes.",
    ),
    Row(
        "N23",
        "There is an API key, and the connection is not encrypted.",
        "The key is not sent, and that is said.",
    ),
    Row(
        "N24",
        "The server restarts between Model A and Model B.",
        "Model B is asked once more; the demonstrations are kept.",
    ),
    Row(
        "N25",
        "The run is stopped while it connects, waits, streams, or between the models.",
        "The connection closes within half a second and nothing more is shown.",
    ),
    Row(
        "N26",
        "A second query, another model or another server while a run goes on.",
        "One run at a time; events of another run change nothing.",
    ),
    Row(
        "N27",
        "Looking up a name takes many seconds.",
        "The app can be used and ends in time.",
    ),
    Row(
        "N28",
        "Another program listens at the port.",
        "It is said that this is no Ollama.",
    ),
)

PARSER = (
    Row(
        "P1",
        "Closing tags are missing, crossed or nested.",
        "The best reading, with what was odd about it; no draft holds demonstration tags.",
    ),
    Row(
        "P2",
        "Tags in capitals, with attributes, blanks, numbers, or closing themselves.",
        "They are recognised.",
    ),
    Row(
        "P3",
        "Tags in code, in thinking, or escaped as entities.",
        "Left alone, passed over, unescaped once.",
    ),
    Row(
        "P4",
        "JSON in every state of repair.",
        "Its demonstrations, or the whole text with a word about it.",
    ),
    Row(
        "P5",
        "No, one, five, very many, equal or empty demonstrations, or the query again.",
        "Dropped or cut with the reason; without any, Model B answers alone and it is said.",
    ),
    Row(
        "P6",
        "The reply comes in any pieces.",
        "The same events.",
    ),
    Row(
        "P7",
        "A megabyte made to slow a parser down.",
        "Linear time, under two seconds.",
    ),
    Row(
        "P8",
        "Any text at all.",
        "A result that holds only the reply's own characters.",
    ),
    Row(
        "P9",
        "Model B answers with tags, JSON or generic types.",
        "Its text is shown and given out byte for byte.",
    ),
    Row(
        "P10",
        "Braces and format fields in queries, demonstrations and templates.",
        "They are text; a template that cannot carry the query is refused.",
    ),
    Row(
        "P11",
        "A demonstration gives orders or tries to close its fence.",
        "Fences are drawn anew for each run, and the exact prompt can be seen.",
        "Whether a model obeys what it reads: no fence can prevent that",
    ),
    Row(
        "P12",
        "Something that changes the demonstrations is changed: model, template, options.",
        "Another key; the same again is a hit.",
    ),
    Row(
        "P13",
        "A name is given to another model.",
        "A miss.",
    ),
    Row(
        "P14",
        "A run was cut, stopped, unparsed or in a loop.",
        "Nothing of it is cached.",
    ),
    Row(
        "P15",
        "A caller changes the list the cache gave.",
        "The cache is unchanged.",
    ),
    Row(
        "P16",
        "Small models write as small models do.",
        "Their recorded replies are read as a person would.",
        "No model can run where these tests were written, so there are no recordings; the corpus "
        "in tests/core/corpus was written by hand after forms that small models are known for",
    ),
)

STATE = (
    Row(
        "S1",
        "The program is killed while it writes, again and again.",
        "The file is sound and every acknowledged entry is in it.",
    ),
    Row(
        "S2",
        "Two programs write at once.",
        "No error and nothing lost.",
    ),
    Row(
        "S3",
        "Another program holds the file for longer than one waits.",
        "Entries wait in memory, it is said once, and the app goes on.",
    ),
    Row(
        "S4",
        "Two first runs at the same moment.",
        "Both start.",
    ),
    Row(
        "S5",
        "The file is empty, text, cut, or has flipped bits.",
        "It is moved aside and named; work goes on in a fresh one.",
    ),
    Row(
        "S6",
        "The disk is full or refuses.",
        "The answer is shown, entries are kept in memory, and it is said once.",
    ),
    Row(
        "S7",
        "A folder that cannot be written, or no home at all.",
        "It runs, and remembers nothing.",
    ),
    Row(
        "S8",
        "In the place of a file of ours stands a folder, a pipe or a link.",
        "Refused, without waiting and without touching it.",
    ),
    Row(
        "S9",
        "The umask lets everybody read.",
        "Folders 0700, every file 0600.",
        "Windows has no such modes; there the user's folder protects them",
    ),
    Row(
        "S10",
        "The file is of a newer or an older version.",
        "A newer one is not touched and it is said; an older one is copied and brought forward.",
    ),
    Row(
        "S11",
        "The clock jumps.",
        "No entry lives longer for it, none is served from the future, no age is negative.",
    ),
    Row(
        "S12",
        "Odd characters, numbers beyond reason and very large entries.",
        "Kept or refused, cleanly.",
    ),
    Row(
        "S13",
        "A hostile file is imported.",
        "Refused whole with the place that is wrong.",
    ),
    Row(
        "S14",
        "A hundred thousand entries.",
        "Only pages are read; the size is limited and the least used go first.",
        "Milliseconds: `python -m tests.bench cache` prints them",
    ),
    Row(
        "S15",
        "Any sequence of calls, closing and opening among them.",
        "The cache is what a dictionary would be.",
    ),
    Row(
        "S16",
        "A network disk, or an SQLite that can damage its log.",
        "A journal that suits, and the doctor says why.",
        "Real network disks: the file system's name is what the choice depends on, and tests set "
        "that",
    ),
)

TERMINAL = (
    Row(
        "X1",
        "SIGINT, SIGTERM, SIGHUP, SIGQUIT, idle and in the middle of a run.",
        "The terminal is restored, the connection closed, the exit code 128 and the signal.",
        "Windows and macOS: no such machine here; signals and pseudo-terminals are POSIX",
    ),
    Row(
        "X2",
        "The app is put aside and taken up again.",
        "The terminal is the shell's meanwhile, and the run goes on.",
    ),
    Row(
        "X3",
        "The window is closed.",
        "The app is gone, with its connection.",
    ),
    Row(
        "X4",
        "There is no terminal, or none that can draw.",
        "It refuses in two lines, names `sutra run`, exits with 2 and draws nothing.",
    ),
    Row(
        "X5",
        "A fault of our own: in a handler, a worker, a timer, the palette, while drawing.",
        "The app goes on, or ends in two lines and a report.",
    ),
    Row(
        "X6",
        "What was typed is in memory when it crashes.",
        "It is neither on the terminal nor in the report.",
    ),
    Row(
        "X7",
        "Quitting while a thread, a server or the cache is busy.",
        "It ends in time, whatever blocks.",
    ),
    Row(
        "X8",
        "A storm of sizes, from one cell to four hundred columns.",
        "Nothing fails, and from 60 by 15 it can be used.",
    ),
    Row(
        "X9",
        "A megabyte is pasted, with keys and sequences in it.",
        "It is cut, that is said, and nothing in it is taken for a key.",
    ),
    Row(
        "X10",
        "A flood of keys.",
        "One run.",
    ),
    Row(
        "X11",
        "A library writes past the screen.",
        "The screen is whole, and the text is in the log.",
    ),
    Row(
        "X12",
        "No colours, or few.",
        "Every state can be told by its words and signs.",
    ),
    Row(
        "X13",
        "Very many runs in one sitting.",
        "Widgets and tasks are as many as after the first.",
        "The bytes of the whole app: its runs take long, so tests make a thousand of the chain "
        "with its stores, and forty in the app; `python -m tests.bench memory` prints the bytes",
    ),
    Row(
        "X14",
        "Three panes stream faster than one can read.",
        "Keys are taken in between.",
        "Milliseconds: `python -m tests.bench load` prints them",
    ),
    Row(
        "X15",
        "The reader of a pipe leaves, the disk is full, the code page is old.",
        "No traceback, and an exit code that can be looked up.",
        "A real cp1252 console: no Windows here; the encoding is set instead",
    ),
    Row(
        "X16",
        "Model names with slashes and colons, two of one name, none at all.",
        "They can be listed, chosen and run.",
    ),
    Row(
        "X17",
        "Events arrive for what is no longer shown.",
        "They are dropped.",
    ),
    Row(
        "X18",
        "There is no clipboard.",
        "It is said what was done and what to do if nothing arrived.",
    ),
    Row(
        "X19",
        "A terminal passes few keys on.",
        "Every command is in the palette, in the help and reachable by a key that all send.",
    ),
)

SECURITY = (
    Row(
        "Z1",
        "Code would come from a server, a model or a file.",
        "No source of this package can run any; a test that reads the code holds that.",
    ),
    Row(
        "Z2",
        "A file to attach is a pipe, a device, huge, binary or nowhere.",
        "Refused at once with the reason.",
    ),
    Row(
        "Z3",
        "A file to attach looks like a secret.",
        "It is not sent without a clear yes.",
    ),
    Row(
        "Z4",
        "A model runs in the cloud.",
        "It is used only after a clear yes.",
    ),
    Row(
        "Z5",
        "The server is on another machine and not encrypted.",
        "It is said, and the key stays here.",
    ),
    Row(
        "Z6",
        "Prompts could end up in logs and reports.",
        "They do not.",
    ),
    Row(
        "Z7",
        "A dependency changes under us.",
        "There are few, each with an upper bound, and the package imports no other.",
        "Known vulnerabilities and hashes: asking for them needs a network that tests do not use",
    ),
    Row(
        "Z8",
        "A server lists a million models, or names of a megabyte.",
        "The list has limits and the app stays alive.",
    ),
    Row(
        "Z9",
        "An export meets a file, a link or an odd path.",
        "Nothing is replaced unasked, and what is written is private.",
    ),
)

ROWS: tuple[Row, ...] = (*TEXT, *NETWORK, *PARSER, *STATE, *TERMINAL, *SECURITY)
