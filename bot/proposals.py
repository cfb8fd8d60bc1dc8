"""What editors are shown: a draft before it is published, what was done, and the state of the articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from bot.changes import Draft, Proposal
from bot.escape import one_line, units
from bot.links import web_address
from bot.reply import CONTENT, Button, Reply
from bot.sources import unix_time
from bot.workshop import TAKEN
from index.editing import Conflict, Preview, Shelf, Twin
from index.types import Article

PUBLISH, REMOVE, DISCARD, UNDO = "Publish", "Remove", "Discard", "Undo"
NOTHING: Final = "Nothing in it can be quoted: it has no whole sentence, list item or table row."
UNTITLED: Final = "No title was found in it, so its file's name is the title. `title:` gives it another one."
UNDATED: Final = "It has no date, so answers will not show how old it is."
DISCARDED: Final = "Discarded. Nothing was changed."

_TITLE, _NAME, _QUOTE, _REASON = 120, 100, 180, 200
_FIRST, _OPENING = 3, 120  # sentences that are shown, and how much of each
_SHORT: Final = 3  # sentences, below which an article is called short
_SHOWN: Final = 3  # twins, and conflicts
_SKIPPED: Final = 8
_HINT: Final = 40  # UTF-16 units kept free for the line that says how many more there are
_DONE: Final = {"add": "Published", "replace": "Replaced", "remove": "Removed"}


def render_proposal(proposal: Proposal) -> Reply:
    """A draft with what would become of it, and the buttons to decide.

    Args:
        proposal: As the workshop has made it.
    """
    article = proposal.article
    title = _title(article)
    if proposal.preview is None:
        content = (
            f"Remove **{title}** ({_name(article.id)})? I no longer quote it then, in no server. "
            f"You can undo it for a day."
        )
        return Reply(content, _buttons(REMOVE, proposal))
    sentences = proposal.preview.sentences
    ask = f"Publish **{title}**?"
    if proposal.action == "replace":
        ask = f"Publish **{title}** in the place of **{one_line(proposal.old, _TITLE)}**?"
    lines = [ask, f"File: {_name(f'{article.id}.md')}", *_facts(article)]
    lines.append(f"Sentences that can be quoted: {len(sentences):,}")
    lines += [f"> “{one_line(text, _OPENING)}”" for text in sentences[:_FIRST]]
    warnings = [f"⚠ {text}" for text in _warnings(proposal, proposal.preview)]
    content = _fitting([*lines, *warnings])
    return Reply(content, _buttons(PUBLISH, proposal) if proposal.name else ())


def render_done(draft: Draft) -> Reply:
    """What was done, with the button to undo it."""
    after = "I no longer quote it." if draft.action == "remove" else "It answers from the next question on."
    return Reply(f"{_told(draft)}. {after}", (Button(UNDO, action=f"corpus-undo:{draft.undo}"),))


def render_undone(draft: Draft) -> Reply:
    """That a change was undone."""
    title = f"**{one_line(draft.title, _TITLE)}** ({_name(draft.article_id)})"
    now = "is no longer an article" if draft.action == "add" else "is as it was"
    return Reply(f"Undone: {title} {now}.")


def audit(draft: Draft, who: str) -> Reply:
    """The line in the log channel about a change.

    Args:
        draft: The change.
        who: Name of the editor.
    """
    done = _told(draft)
    return Reply(
        f"{done} by {one_line(f'@{who}', _NAME)}", (Button(UNDO, action=f"corpus-undo:{draft.undo}"),)
    )


def audit_undone(draft: Draft, who: str) -> Reply:
    """The line in the log channel about a change that was undone."""
    return Reply(f"{render_undone(draft).content.removesuffix('.')}, by {one_line(f'@{who}', _NAME)}")


def render_shelf(shelf: Shelf) -> Reply:
    """How many articles there are, how old they are, and what was left out."""
    cards = shelf.cards
    counts = Counter(card.collection or "no collection" for card in cards)
    changed = "" if shelf.changed is None else f", last changed <t:{int(shelf.changed)}:R>"
    lines = [f"**{_counted(len(cards), 'article')}**{changed}"]
    lines += [f"- {one_line(name, _NAME)}: {count:,}" for name, count in sorted(counts.items())[:15]]
    dated = sorted((when, card.title) for card in cards if (when := unix_time(card.published)) is not None)
    if dated:
        (oldest, first), (newest, last) = dated[0], dated[-1]
        lines.append(f"Oldest: {one_line(first, _NAME)}, <t:{oldest}:D>")
        lines.append(f"Newest: {one_line(last, _NAME)}, <t:{newest}:D>")
    if len(dated) < len(cards):
        lines.append(f"Without a date: {len(cards) - len(dated):,}")
    lines.append(f"Files or rows left out: {len(shelf.skipped):,}")
    lines += [f"- {_name(one.path)}: {one_line(one.reason, _REASON)}" for one in shelf.skipped[:_SKIPPED]]
    if len(shelf.skipped) > _SKIPPED:
        lines.append("- … `python -m index rebuild` names them all.")
    return Reply(_fitting(lines))


def _facts(article: Article) -> list[str]:
    published, address = unix_time(article.published), web_address(article.url)
    found = []
    if published is not None:
        found.append(f"Date: <t:{published}:D>, <t:{published}:R>")
    if address is not None and units(address) < CONTENT // 8:
        found.append(f"Address: <{address}>")
    return found


def _warnings(proposal: Proposal, seen: Preview) -> list[str]:
    article = proposal.article
    found = [TAKEN] if proposal.taken else []
    if not seen.sentences:
        found.append(NOTHING)
    elif len(seen.sentences) < _SHORT:
        found.append(f"It is short: only {_counted(len(seen.sentences), 'sentence')} can be quoted.")
    if proposal.untitled:
        found.append(UNTITLED)
    if unix_time(article.published) is None:
        found.append(UNDATED)
    return [*found, *map(_twin, seen.twins[:_SHOWN]), *map(_conflict, seen.conflicts[:_SHOWN])]


def _twin(twin: Twin) -> str:
    title = one_line(twin.title, _TITLE)
    return f"Nearly the same as **{title}** ({_name(twin.article_id)}): {twin.share:.0%} of its sentences."


def _conflict(conflict: Conflict) -> str:
    what = " and ".join(each.value for each in conflict.found)
    own, other = one_line(conflict.text, _QUOTE), one_line(conflict.other, _QUOTE)
    return f"Differs in {what} from **{one_line(conflict.title, _TITLE)}**: “{own}” – there: “{other}”"


def _told(draft: Draft) -> str:
    return f"{_DONE[draft.action]}: **{one_line(draft.title, _TITLE)}** ({_name(draft.article_id)})"


def _title(article: Article) -> str:
    return one_line(article.title.strip() or article.id, _TITLE)


def _name(text: str) -> str:
    return one_line(text, _NAME)


def _buttons(label: str, proposal: Proposal) -> tuple[Button, ...]:
    return (
        Button(label, action=f"corpus-do:{proposal.name}"),
        Button(DISCARD, action=f"corpus-discard:{proposal.name}"),
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _fitting(lines: Sequence[str]) -> str:
    """As many of the lines as fit into a message, and how many do not."""
    taken: list[str] = []
    room = CONTENT - _HINT
    for line in lines:
        room -= units(line) + 1
        if room < 0:
            return "\n".join([*taken, f"-# … and {_counted(len(lines) - len(taken), 'line')} more"])
        taken.append(line)
    return "\n".join(taken)
