"""Why an answer was given, or not, in words for members. Pure, and never over a limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.escape import one_line
from bot.reply import Reply
from index.types import Answer, Word

NOTHING: Final = "I did not search the articles for this, so there is nothing to explain."
_QUESTION, _WORDS, _SENTENCE, _SIGNALS = 300, 300, 300, 3


def render_why(answer: Answer) -> Reply:
    """Put what an answer, or a no, rests on into words.

    Args:
        answer: From the engine, as the articles are now.
    """
    why = answer.why
    if why is None:
        return Reply(NOTHING)
    enough = answer.confidence >= why.threshold
    lines = [
        "**Why this?**",
        f"-# {one_line(why.read_as, _QUESTION)}",
        f"Confidence {answer.confidence:.2f}: I answer from {why.threshold:.2f} on"
        + (", so I did." if enough else ", so I did not."),
    ]
    if answer.candidates:
        heard = "" if why.reader is None else f", by the reader {why.reader:.2f}"
        lines.append(
            f"The best sentence fits by meaning {why.meaning:.2f}, word by word {why.interaction:.2f}{heard}."
        )
        lines += _listed("Words that it has", [each for each in why.words if each.matched])
        lines += _listed("Words that only other sentences have", [each for each in why.words if _other(each)])
    lines += _listed("Words in no article", [each for each in why.words if not each.passages])
    for_it = [name for name, points in why.signals[:_SIGNALS] if points > 0]
    if for_it:
        lines.append(f"What sets it apart most: {', '.join(for_it)}.")
    if len(why.shares) > 1 and len(answer.candidates) > 1:
        best, second = why.shares
        sentence = one_line(answer.candidates[1].text, _SENTENCE)
        lines.append(f"Runner-up ({second:.0%} against {best:.0%}): “{sentence}”")
    return Reply("\n".join(lines))


def _other(word: Word) -> bool:
    return bool(word.passages) and not word.matched


def _listed(what: str, words: Sequence[Word]) -> list[str]:
    return [f"{what}: {one_line(', '.join(each.text for each in words), _WORDS)}"] if words else []
