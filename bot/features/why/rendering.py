"""Why an answer was given, or not, in words for members. Pure, and never over a limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.messages.escape import one_line
from bot.messages.language import gettext, gettext_noop
from bot.messages.reply import Reply
from index.types import Answer, Word

NOTHING: Final = gettext_noop("I did not search the articles for this, so there is nothing to explain.")
_ENOUGH: Final = gettext_noop("Confidence {own:.2f}: I answer from {least:.2f} on, so I did.")
_TOO_LITTLE: Final = gettext_noop("Confidence {own:.2f}: I answer from {least:.2f} on, so I did not.")
_FITS: Final = gettext_noop("The best sentence fits by meaning {meaning:.2f}, word by word {words:.2f}.")
_FITS_RERANKER: Final = gettext_noop(
    "The best sentence fits by meaning {meaning:.2f}, word by word {words:.2f}, "
    "by the reranker {reranker:.2f}."
)
_QUESTION, _WORDS, _SENTENCE, _SIGNALS = 300, 300, 300, 3


def render_why(answer: Answer) -> Reply:
    """Put what an answer, or a no, rests on into words.

    Args:
        answer: From the engine, as the articles are now.
    """
    why = answer.why
    if why is None:
        return Reply(gettext(NOTHING))
    enough = answer.confidence >= why.threshold
    lines = [
        gettext("**Why this?**"),
        f"-# {one_line(why.read_as, _QUESTION)}",
        gettext(_ENOUGH if enough else _TOO_LITTLE, own=answer.confidence, least=why.threshold),
    ]
    if answer.candidates:
        fits = _FITS if why.reranker is None else _FITS_RERANKER
        lines.append(gettext(fits, meaning=why.meaning, words=why.interaction, reranker=why.reranker))
        lines += _listed(gettext("Words that it has"), [each for each in why.words if each.matched])
        lines += _listed(
            gettext("Words that only other sentences have"), [each for each in why.words if _other(each)]
        )
    lines += _listed(gettext("Words in no article"), [each for each in why.words if not each.passages])
    for_it = [name for name, points in why.signals[:_SIGNALS] if points > 0]
    if for_it:
        lines.append(gettext("What sets it apart most: {signals}.", signals=", ".join(for_it)))
    if len(why.probabilities) > 1 and len(answer.candidates) > 1:
        best, second = why.probabilities
        sentence = one_line(answer.candidates[1].text, _SENTENCE)
        share = gettext("Runner-up ({second:.0%} against {best:.0%}):", second=second, best=best)
        lines.append(f"{share} “{sentence}”")
    return Reply("\n".join(lines))


def _other(word: Word) -> bool:
    return bool(word.passages) and not word.matched


def _listed(what: str, words: Sequence[Word]) -> list[str]:
    return [f"{what}: {one_line(', '.join(each.text for each in words), _WORDS)}"] if words else []
