"""The button Why this?: what an answer, or a no, is based on, for the one who pressed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.context import BotContext, Interaction
from bot.discord_io.sending import defer, respond
from bot.features.history import UNKNOWN, again
from bot.interactions import take_turn
from bot.messages import custom_ids
from bot.messages.escape import one_line
from bot.messages.localization import gettext, gettext_noop
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
_LONGEST, _SIGNALS = 300, 3  # UTF-16 units of a line


async def why(interaction: Interaction) -> None:
    """Ask the question of the message again, and explain the answer."""
    rules = take_turn(interaction)
    await defer(interaction)
    found = await again(interaction, rules)
    await respond(interaction, Reply(gettext(UNKNOWN)) if found is None else render_why(found[1]))


def render_why(answer: Answer) -> Reply:
    """Render what an answer, or a no, is based on.

    Args:
        answer: From the engine, as the articles are now.
    """
    why = answer.why
    if why is None:
        return Reply(gettext(NOTHING))
    enough = answer.confidence >= why.threshold
    lines = [
        gettext("**Why this?**"),
        f"-# {one_line(why.read_as, _LONGEST)}",
        gettext(_ENOUGH if enough else _TOO_LITTLE, own=answer.confidence, least=why.threshold),
    ]
    if answer.candidates:
        fits = _FITS if why.reranker is None else _FITS_RERANKER
        lines.append(gettext(fits, meaning=why.meaning, words=why.interaction, reranker=why.reranker))
        lines += _listed(gettext("Words that it has"), [each for each in why.words if each.matched])
        others = [each for each in why.words if each.passages and not each.matched]
        lines += _listed(gettext("Words that only other sentences have"), others)
    lines += _listed(gettext("Words in no article"), [each for each in why.words if not each.passages])
    for_it = [name for name, points in why.signals[:_SIGNALS] if points > 0]
    if for_it:
        lines.append(gettext("What sets it apart most: {signals}.", signals=", ".join(for_it)))
    if len(why.probabilities) > 1 and len(answer.candidates) > 1:
        best, second = why.probabilities
        sentence = one_line(answer.candidates[1].text, _LONGEST)
        share = gettext("Runner-up ({second:.0%} against {best:.0%}):", second=second, best=best)
        lines.append(f"{share} “{sentence}”")
    return Reply("\n".join(lines))


def _listed(what: str, words: Sequence[Word]) -> list[str]:
    return [f"{what}: {one_line(', '.join(each.text for each in words), _LONGEST)}"] if words else []


async def setup(bot: BotContext) -> None:
    """Add the button."""
    bot.on_press(custom_ids.WHY, why)
