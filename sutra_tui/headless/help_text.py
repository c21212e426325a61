"""What `sutra --help` and `sutra run --help` say around the list of options.

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

`sutra COMMAND --help` says more about a command.
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
