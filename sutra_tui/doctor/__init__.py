"""The doctor: looks at everything the chain needs and says what is wrong and how to put it right.

Invariant: a finding holds nothing of the user's: no prompt, no name, no key, no path but our own
files', with the home folder as `~`. Looking changes nothing; only the self-test calls a model.
"""
