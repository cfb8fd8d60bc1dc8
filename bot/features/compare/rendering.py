"""What somebody says beside what articles say, as a message. Pure, and never over a limit."""

from __future__ import annotations

from typing import Final

from bot.messages.answers import about_line, lay_out
from bot.messages.escape import one_line
from bot.messages.language import gettext, gettext_noop
from bot.messages.reasons import describe_differences
from bot.messages.reply import Reply
from bot.messages.sources import Footnote
from index.types import Citation, Claim, Comparison, Likeness, Match

VERDICTS: Final = {
    Likeness.VERBATIM: gettext_noop("✓ The articles have this word for word"),
    Likeness.SAME: gettext_noop("✓ The articles say this in nearly the same words"),
    Likeness.PART: gettext_noop("✓ The articles have these words in a longer sentence"),
    Likeness.DIFFERS: gettext_noop("≠ The articles differ in {differ}"),
    Likeness.NEAR: gettext_noop("≈ The closest sentence in the articles, which may say something else"),
}
NOTHING: Final = gettext_noop("**– I found nothing like this in the articles.**")
NO_CLAIM: Final = gettext_noop("That message has no words that I could look for in the articles.")
CAUTION: Final = gettext_noop(
    "-# I compare words, numbers and dates. I cannot tell what is true, and articles may be wrong."
)

_SHOWN: Final = 4  # claims; once there are so many sentences, a claim gets one at most
_CLAIM: Final = 120  # UTF-16 units


def render_comparison(comparison: Comparison, about: str) -> Reply:
    """Put a message and what the articles have on it into words.

    Args:
        comparison: From the engine.
        about: Address of the message.
    """
    if not comparison.claims:
        return Reply(gettext(NO_CLAIM))
    head = [about_line(about)]
    footnotes: list[Footnote] = []
    above: list[list[str]] = []
    lines: list[str] = []  # above the next sentence
    for claim in comparison.claims[:_SHOWN]:
        lines.append(_said(claim))
        if not claim.matches:
            lines.append(gettext(NOTHING))
        for match in claim.matches[: 1 + (len(footnotes) < _SHOWN)]:
            known = next(
                (each for each in footnotes if _place(each.citation) == _place(match.citation)), None
            )
            if known is not None:  # a sentence is quoted once
                above_it = gettext("sentence {mark}, above.", mark=known.mark)
                lines.append(f"**{_verdict(match)}: {above_it}**")
                continue
            footnotes.append(Footnote(len(footnotes) + 1, match.citation))
            above.append([*lines, f"**{_verdict(match)}:**"])
            lines = []
    notes = [gettext(CAUTION)]
    if comparison.left_out:
        count = len(comparison.claims)
        told = gettext(
            "I looked for the first {count} of {all} statements.",
            count=count,
            all=count + comparison.left_out,
        )
        notes.insert(0, f"-# {told}")
    return lay_out(head, footnotes, (), (), above=above, below=[*lines, *notes])


def _said(claim: Claim) -> str:
    return f"-# “{one_line(claim.text, _CLAIM)}”"


def _verdict(match: Match) -> str:
    if match.likeness is Likeness.DIFFERS:
        return gettext(VERDICTS[match.likeness], differ=describe_differences(match.differences))
    return gettext(VERDICTS[match.likeness])


def _place(citation: Citation) -> tuple[str, int]:
    return citation.article_id, citation.start
