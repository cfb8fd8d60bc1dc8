"""What the commands may write to stderr when they succeed."""

from __future__ import annotations

import re

NOTES = (
    r"",
    r"Read \d+ sentences? and encoded \d+ texts? in \d+\.\d s\.",
    r".+: a sentence longer than the encoder reads was split\.",
    r".+ -> .*\bcorpus/.+",
    r"\d+ articles?",
    r"wrote \S+\.html|Wrote \d+ verdicts? to \S+",
    r"\d+ questions, each asked with its article and without it.*|\d+ questions with an answer in .+",
    r"The threshold that comes with Footnote is in use\.",
    r"No threshold keeps the risk at [\d.]+: this is the strictest\.",
    r"Now run `footnote rebuild`, for articles that have changed since\.",
    r"Next:|  cd .+|  footnote .+|  footnote-bot .+",
    r"It asks for the least that works:|  [\w. ]+: to .+",
    r"Note: \.env sets .+",
    r"(There is no BOT_TOKEN, so this|This) is Footnote as a chat in the terminal\.|To go on Discord: .+",
)
"""Regular expressions for the lines that are addressed to people."""


def assert_only_notes(code: int | None, stderr: str) -> None:
    """Asserts that a command that succeeded has written nothing to stderr but notes for people.

    A traceback, a warning or a record of the log beside a success is a fault that nobody would see.
    """
    if code == 0:
        lines = stderr.splitlines()
        others = [line for line in lines if not any(re.fullmatch(note, line) for note in NOTES)]
        assert not others, others
