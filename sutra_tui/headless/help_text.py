"""What `sutra --help` and the helps of its commands say around the list of options.

Invariant: every example works when it is copied, and the exit codes are those of `exits`.
"""

from __future__ import annotations

from typing import Final

ABOUT: Final = """\
Chain two small local models: Model A writes worked examples, Model B answers with them.

Without a command, `sutra` opens the app. `sutra run` does the same work without a screen: in
scripts, in pipes, and for screen readers.
"""
EXAMPLES: Final = """\
examples:
  sutra                                   open the app
  sutra --demo                            look around without a server or a model
  sutra run "Write a Python merge sort"   one answer, straight to the terminal
  sutra models                            what the server has
  sutra pull llama3.2:3b                  get a model
  sutra cache list                        the demonstrations that are kept
  sutra history list                      what was asked before
  sutra doctor                            what is wrong, and how to put it right
  sutra config show                       the settings

`sutra COMMAND --help` says more about a command.
"""
PULL_ABOUT: Final = """\
Get a model onto the server, with its progress on standard error. Interrupted, it keeps what came;
the same command again goes on from there.
"""
RUN_ABOUT: Final = """\
Run one query through both models and write Model B's answer to standard output, and nothing else.
Progress and notices go to standard error.
"""
RUN_EXAMPLES: Final = """\
examples:
  sutra run "Explain the CAP theorem" > cap.md
  sutra run -a llama3.2:3b -b mistral:7b "Write a Python merge sort"
  sutra run --file main.rs "Find the bug"
  sutra run --continue "And if the file is empty?"
  git diff | sutra run -                  the query comes from standard input
  sutra run --json "What is a monad?" | jq -r '.demonstrations[]'
  sutra run --method raw "What is a monad?"   Model B alone, to compare
  sutra run --demo "Write a Python merge sort"

Every number under "generation" has a variant for one model: --num-ctx-a, --temperature-b, ...

exit codes:
  0    the answer is complete
  1    the run failed, or the answer is not a whole one
  2    the command line, a file or a template cannot be used
  3    no server, or it does not have the model
  74   standard output cannot be written to
  130  interrupted (Ctrl+C); what was there by then is kept
  141  whoever read the output has gone
  143  terminated; what was there by then is kept
"""
CONFIG_ABOUT: Final = """\
See the settings: where their file is, what counts and where it comes from, and what is wrong. The
file is TOML and need not exist; the app changes it too (F10), and keeps comments and order.
"""
CONFIG_EXAMPLES: Final = """\
examples:
  sutra config show                       every setting, its value, and where that comes from
  sutra config validate                   what is wrong with the file, line by line
  $EDITOR "$(sutra config path)"
  sutra config show --json | jq '.settings[] | select(.source != "default")'

a settings file:
  count = 2
  host = "192.168.1.20:11434"             # both models run there
  host_a = "localhost:11434"              # but Model A runs here

  [model_b]
  num_ctx = 8192

  [keys]                                  # a command's name and its keys
  "model.a" = "f11"
  "run.again" = ["ctrl+r", "alt+r"]

exit codes:
  0    done; with validate: nothing is wrong
  1    with validate: something in the file cannot be used
  2    the command line cannot be used
"""
CACHE_ABOUT: Final = """\
Look at and change the demonstration cache: what Model A wrote, kept so that the same query need not
be put to it twice. Lists and entries go to standard output, all else to standard error.

A KEY is what `sutra cache list` shows in its first column, or any beginning of a key that fits
one entry alone, of 4 characters or more.
"""
CACHE_EXAMPLES: Final = """\
examples:
  sutra cache list                        the newest 50 entries
  sutra cache list --sort hits --limit 5  what is used most
  sutra cache search merge sort           entries that say both words
  sutra cache show 3f2a9c1b               one entry: key, draft, demonstrations
  sutra cache pin 3f2a9c1b                it never expires and is never replaced
  sutra cache ban 3f2a9c1b 2              never use its second demonstration again
  sutra cache export kept.json            to keep, carry and hand on
  sutra cache export - | gzip > kept.gz
  sutra cache import kept.json            your own work is never replaced
  sutra cache clear --yes
  sutra cache stats --json | jq .hit_rate

FLAGS in a list: `pinned` never expires; `edited` was changed by hand; `hand` and `import` say where
an entry comes from; `banned` holds banned demonstrations. Not served now: `expired`, `foreign` (no
Model A is known) and `clock` (written at a time that is yet to come).

exit codes:
  0    done
  1    it could not be done: no such entry, a file that cannot be used
  2    the command line cannot be used
  74   standard output cannot be written to
  130  interrupted (Ctrl+C)
  141  whoever read the output has gone
"""
BENCH_ABOUT: Final = """\
Ask a dozen queries, some that want code and some an explanation, by both methods: Model B alone
(raw), and the chain (handoff). Each run becomes a row: seconds, how many of them went by until the
models were in memory, and the tokens that were read and written over all stages. The cache is never
used, so that a handoff always pays for Model A. Rows go to standard output, all else to standard
error.

These are costs. Which answer is better they do not say: every run is in the history, where two of
them can be read side by side.
"""
BENCH_EXAMPLES: Final = """\
examples:
  sutra bench
  sutra bench -a qwen2.5:3b -b deepseek-coder:6.7b
  sutra bench --coding-only
  sutra bench --queries mine.txt          queries of your own, one a line
  sutra bench --seed 1 --json > bench.json
  sutra bench --demo --demo-pace instant  see the table; its numbers are nobody's

exit codes:
  0    every run has a whole answer
  1    some have not
  2    the command line cannot be used
  3    no server, or no such model
  74   standard output cannot be written to
  130  interrupted (Ctrl+C): what was measured by then is summed up
  141  whoever read the output has gone
"""
HISTORY_ABOUT: Final = """\
Look at what was asked before: every run with its stages, written down while it happened, in the app
and by `sutra run`. Lists and runs go to standard output, all else to standard error.

A RUN is what `sutra history list` shows in its first column, or any beginning of an id that fits
one run alone, of 4 characters or more, or `last` for the newest.
"""
HISTORY_EXAMPLES: Final = """\
examples:
  sutra history list                      the newest 50 runs
  sutra history list --failed             those without a whole answer
  sutra history search merge sort         runs that say both words, anywhere
  sutra history show last                 the newest run: query, demonstrations, answer
  sutra history show 3f2a9c1b --stages    also what was sent, and what came back
  sutra history export run.md --run last
  sutra history export kept.jsonl --starred
  sutra history export - | jq -r .answer
  sutra history import kept.jsonl         runs that you have stay as they are
  sutra history import                    the original system's logs, ~/.sutra/logs
  sutra history delete 3f2a9c1b

STATUS in a list: `complete`; `incomplete` was cut off by the model's limits; `stopped` by you or
with the program; `failed`; `running` goes on in another window.

exit codes:
  0    done
  1    it could not be done: no such run, a file that cannot be used
  2    the command line cannot be used
  74   standard output cannot be written to
  130  interrupted (Ctrl+C)
  141  whoever read the output has gone
"""
DOCTOR_ABOUT: Final = """\
Look at everything the chain needs: this program, the terminal, our files, memory and disk, Ollama
and its models. Each line is `ok`, `warning` or `failed`, and says what to do if something is to be
done. There is nothing of yours in it, so it can be pasted into a bug report.
"""
DOCTOR_EXAMPLES: Final = """\
examples:
  sutra doctor
  sutra doctor --self-test                do the chosen models do what the chain needs?
  sutra doctor --model qwen2.5:3b         would this one?
  sutra doctor --json | jq '.findings[] | select(.verdict != "ok")'

exit codes:
  0    nothing failed
  1    something failed
  2    the command line cannot be used
  74   standard output cannot be written to
  130  interrupted (Ctrl+C)
  141  whoever read the output has gone
"""
