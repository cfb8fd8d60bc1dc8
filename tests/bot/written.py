"""What the tests of the bot share: citations and answers, and how Discord shows Markdown."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

from index import citation_ids
from index.types import Answered, Citation, Declined, IndexInfo, MissingWords

INFO = IndexInfo("5f3a", 12, 80)

HOSTILE = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            [
                *"@everyone <@123> <@&5> <#7> </ask:9> <t:0:R> <:cat:1> :smile: ** __ ~~ ||".split(),
                *"` ``` \\ ( ) < [x](https://a.b) https://evil.example/x discord.gg/abc".split(),
                *"word été שלום می\u200cخواهم".split(),
                *("> ", ">>> ", "# ", "-# ", "- ", "1. ", " ", "\n", "\n\n", "\r\n", "\u2028", "\u0301" * 6),
                *("\u202e", "\u200b", "\u200d", "\ufeff", "\u00ad", "\ud800", "\x1b[31m", "\U000e0041"),
                *("\U0001f469\u200d\U0001f467", "\U0001f1eb\U0001f1f7", "#\ufe0f\u20e3"),
            ]
        ),
        max_size=60,
    ).map("".join),
)
"""Text as nobody should write it."""


def citation(text: str = "The last ferry leaves at 6.40 pm.", **other: Any) -> Citation:
    """Returns a citation; by default of an article about a ferry."""
    values: dict[str, Any] = {
        "text": text,
        "article_id": "news/ferry",
        "title": "Winter timetable for the Gull Island ferry",
        "url": "https://saltmere.example/ferry",
        "published": "2026-10-01",
        "start": 0,
        "score": 0.9,
        "link": "https://saltmere.example/ferry#:~:text=The%20last%20ferry",
        "source": "Saltmere Ferries",
    } | other
    values.setdefault("end", values["start"] + len(text))
    proof = citation_ids.make(
        values["article_id"], values["start"], values["start"] + max(1, len(text)), text
    )
    values.setdefault("citation_id", proof)
    return Citation(**values)


def answered(*citations: Citation, question: str = "When does the last ferry leave?") -> Answered:
    """Returns an answer."""
    return Answered(
        question=question,
        confidence=0.9,
        candidates=citations,
        passages=(),
        index=INFO,
        citations=citations,
    )


def declined(*candidates: Citation) -> Declined:
    """Returns a declined question."""
    return Declined(
        question="Who is the president of France?",
        confidence=0.1,
        candidates=candidates,
        passages=(),
        index=INFO,
        reason=MissingWords(("France",), 12),
    )


def shown(markdown: str) -> str:
    """Returns what Discord shows of text in which nothing is formatted.

    Raises:
        AssertionError: Something in it would be formatted, linked, mentioned or unfolded.
    """
    plain = ""
    for line in markdown.split("\n"):
        assert not re.match(r"\s*(?:#{1,3} |-# |[-*+] |>|\d+\. )", line), line
        rest = re.sub(r"\\[^0-9A-Za-z\s]", "", line)
        assert not re.search(r"[*_~`|\[\]<@\\]|:\S", rest), line
        assert not re.search(r"discord(app)?\.gg", line), line
        plain += re.sub(r"\\([^0-9A-Za-z\s])", r"\1", line) + "\n"
    return plain[:-1]
