"""Renders what editors are shown: drafts, changes, the state of the articles, and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from bot.messages import custom_ids
from bot.messages.escape import one_line, units
from bot.messages.localization import gettext, gettext_noop, ngettext
from bot.messages.reasons import describe_differences
from bot.messages.reply import CONTENT, Button, Reply
from bot.messages.safe_urls import web_address
from bot.messages.sources import unix_time
from bot.services.drafts import Draft, Proposal
from bot.services.editing import TAKEN, Gap, collection_of
from index.editing import Conflict, CorpusOverview, Preview, Twin
from index.types import Article, Citation

PUBLISH, REMOVE, DISCARD, UNDO = (
    gettext_noop("Publish"),
    gettext_noop("Remove"),
    gettext_noop("Discard"),
    gettext_noop("Undo"),
)
NOTHING: Final = gettext_noop(
    "Nothing in it can be quoted: it has no complete sentence, list item or table row."
)
UNTITLED: Final = gettext_noop(
    "No title was found in it, so its file's name is the title. `title:` gives it another one."
)
NO_COLLECTION: Final = gettext_noop("Collection: none. `collection:` puts an article into one.")
UNCHANGED: Final = gettext_noop("Nothing would change: the article is already like this.")
UNDATED: Final = gettext_noop("It has no date, so answers will not show how old it is.")
START: Final = gettext_noop("Start an article")
SHOWN: Final = 5
"""Gaps that are shown."""
NO_GAPS: Final = gettext_noop("Nothing: no question without an answer was asked by {people} or more people.")
SWITCHED_OFF: Final = gettext_noop(
    "I do not keep questions that I find no answer to, so I cannot say what is missing. My "
    "operators can turn that on with `BOT_KEEP_UNANSWERED=true`; `/privacy` then tells members."
)
DISCARDED: Final = gettext_noop("Discarded. Nothing was changed.")

_TITLE, _NAME, _QUOTE, _REASON, _VALUE = 120, 100, 180, 200, 80
_FIRST, _OPENING = 3, 120  # sentences that are shown, and how much of each
_SHORT: Final = 3  # sentences, below which an article is called short
_TWINS: Final = 3  # twins, and conflicts
_WORDINGS: Final = 3  # of a gap
_SKIPPED: Final = 8
_HINT: Final = 40  # UTF-16 units reserved for the line that says how many more there are
_DONE: Final = {
    "add": gettext_noop("Published"),
    "replace": gettext_noop("Replaced"),
    "remove": gettext_noop("Removed"),
}


def render_proposal(proposal: Proposal) -> Reply:
    """Render a draft: what publishing it would mean, and the buttons to decide.

    Args:
        proposal: From the article service.
    """
    article = proposal.article
    title = _title(article)
    if proposal.preview is None:
        content = gettext(
            "Remove **{title}** ({name})? I will no longer quote it in any server. You can undo "
            "this for a day.",
            title=title,
            name=_name(article.id),
        )
        return Reply(content, _buttons(REMOVE, proposal))
    sentences = proposal.preview.sentences
    ask = gettext("Publish **{title}**?", title=title)
    if proposal.old is not None:
        ask = gettext("Replace **{old}** with **{title}**?", title=title, old=_title(proposal.old))
    lines = [ask, gettext("File: {name}", name=_name(f"{article.id}.md")), *_facts(article)]
    if proposal.old is not None:
        lines += _changes(proposal.old, article)
    elif not article.collection:
        lines.append(gettext(NO_COLLECTION))
    lines.append(gettext("Sentences that can be quoted: {count}", count=len(sentences)))
    lines += [f"> “{one_line(text, _OPENING)}”" for text in sentences[:_FIRST]]
    warnings = [f"⚠ {text}" for text in _warnings(proposal, proposal.preview)]
    content = _fitting([*lines, *warnings])
    return Reply(content, _buttons(PUBLISH, proposal) if proposal.name else ())


def render_done(draft: Draft) -> Reply:
    """Render what was done, with the button to undo it."""
    removed = draft.action == "remove"
    after = gettext("I no longer quote it.") if removed else gettext("It answers from the next question on.")
    if draft.action == "add":
        after += f" {_collection(draft.article_id)}"
    return Reply(
        f"{_told(draft)}. {after}", (Button(gettext(UNDO), action=custom_ids.UNDO.encode(draft.undo)),)
    )


def render_undone(draft: Draft) -> Reply:
    """Render that a change was undone."""
    return Reply(f"{_undone(draft)}.")


def audit(draft: Draft, who: str) -> Reply:
    """The line in the log channel about a change.

    Args:
        draft: The change.
        who: Name of the editor.
    """
    done = _told(draft)
    return Reply(
        gettext("{done} by {name}", done=done, name=one_line(f"@{who}", _NAME)),
        (Button(gettext(UNDO), action=custom_ids.UNDO.encode(draft.undo)),),
    )


def audit_undone(draft: Draft, who: str) -> Reply:
    """The line in the log channel about a change that was undone."""
    return Reply(gettext("{done}, by {name}", done=_undone(draft), name=one_line(f"@{who}", _NAME)))


def _undone(draft: Draft) -> str:
    title, name = one_line(draft.title, _TITLE), _name(draft.article_id)
    if draft.action == "add":
        return gettext("Undone: **{title}** ({name}) is no longer an article", title=title, name=name)
    return gettext("Undone: **{title}** ({name}) is as it was", title=title, name=name)


def render_overview(overview: CorpusOverview) -> Reply:
    """Render how many articles there are, how old they are, and what was left out."""
    cards = overview.cards
    counts = Counter(card.collection or gettext("no collection") for card in cards)
    total = ngettext("**{count} article**", "**{count} articles**", len(cards))
    if overview.changed is not None:
        total += gettext(", last changed {when}", when=f"<t:{int(overview.changed)}:R>")
    lines = [total]
    lines += [f"- {one_line(name, _NAME)}: {count:,}" for name, count in sorted(counts.items())[:15]]
    dated = sorted((when, card.title) for card in cards if (when := unix_time(card.published)) is not None)
    if dated:
        (oldest, first), (newest, last) = dated[0], dated[-1]
        lines.append(gettext("Oldest: {title}, {when}", title=_name(first), when=f"<t:{oldest}:D>"))
        lines.append(gettext("Newest: {title}, {when}", title=_name(last), when=f"<t:{newest}:D>"))
    if len(dated) < len(cards):
        lines.append(gettext("Without a date: {count}", count=len(cards) - len(dated)))
    lines.append(gettext("Files or rows left out: {count}", count=len(overview.skipped)))
    lines += [f"- {_name(one.path)}: {one_line(one.reason, _REASON)}" for one in overview.skipped[:_SKIPPED]]
    if len(overview.skipped) > _SKIPPED:
        lines.append(gettext("- … `footnote rebuild` lists them all."))
    return Reply(_fitting(lines))


def render_gaps(found: Sequence[Gap], people: int) -> Reply:
    """Render the first gaps, each with a button that starts an article."""
    if not found:
        return Reply(gettext(NO_GAPS, people=people))
    lines = [gettext("**Asked and not found**")]
    buttons = []
    for number, gap in enumerate(found[:SHOWN], 1):
        last = max(each.asked for each in gap.questions)
        quoted = " · ".join(f"“{one_line(each, 100)}”" for each in gap.wordings[:_WORDINGS])
        people_asked = ngettext(
            "{count} person, last {when}:", "{count} people, last {when}:", gap.people, when=f"<t:{last}:R>"
        )
        lines.append(f"{number}. {people_asked} {quoted}")
        buttons.append(
            Button(f"{gettext(START)} ({number})", action=custom_ids.GAP.encode(gap.questions[0].id))
        )
    return Reply("\n".join(lines), tuple(buttons))


def brief(gap: Gap, nearest: Sequence[Citation]) -> str:
    """What the form for a new article shows: the questions, and the nearest sentences."""
    lines = [gettext("**Asked**"), *(f"- {one_line(each, 200)}" for each in gap.wordings[:SHOWN])]
    if nearest:
        lines.append(gettext("**Nearest sentences**"))
        lines += [f"- “{one_line(each.text, 200)}” ({one_line(each.title, 80)})" for each in nearest[:3]]
    return "\n".join(lines)


def _facts(article: Article) -> list[str]:
    published, address = unix_time(article.published), web_address(article.url)
    found = []
    if published is not None:
        found.append(gettext("Date: {date}", date=f"<t:{published}:D>, <t:{published}:R>"))
    if address is not None and units(address) < CONTENT // 8:
        found.append(gettext("Address: {address}", address=f"<{address}>"))
    return found


def _collection(article_id: str) -> str:
    name = collection_of(article_id)
    if not name:
        return gettext("It is in no collection.")
    return gettext("It is in the collection {name}.", name=_name(name))


def _changes(old: Article, new: Article) -> list[str]:
    """A line for each field that changes."""
    none = gettext("none")
    fields = (
        (gettext("Title"), old.title, new.title),
        (gettext("Address"), old.url, new.url),
        (gettext("Source"), old.source, new.source),
        (gettext("Date"), old.published, new.published),
        (gettext("Language"), old.language, new.language),
        (gettext("Tags"), ", ".join(old.tags), ", ".join(new.tags)),
    )
    lines = [
        f"- {name}: {one_line(before or none, _VALUE)} → {one_line(after or none, _VALUE)}"
        for name, before, after in fields
        if (before or "") != (after or "")
    ]
    if old.text != new.text:
        lines.append(f"- {gettext('Text')}")
    return [gettext("What changes:"), *lines] if lines else [gettext(UNCHANGED)]


def _warnings(proposal: Proposal, seen: Preview) -> list[str]:
    article = proposal.article
    found = [gettext(TAKEN)] if proposal.taken else []
    if not seen.sentences:
        found.append(gettext(NOTHING))
    elif len(seen.sentences) < _SHORT:
        found.append(
            ngettext(
                "It is short: only {count} sentence can be quoted.",
                "It is short: only {count} sentences can be quoted.",
                len(seen.sentences),
            )
        )
    if proposal.untitled:
        found.append(gettext(UNTITLED))
    if unix_time(article.published) is None:
        found.append(gettext(UNDATED))
    return [*found, *map(_twin, seen.twins[:_TWINS]), *map(_conflict, seen.conflicts[:_TWINS])]


def _twin(twin: Twin) -> str:
    title = one_line(twin.title, _TITLE)
    return gettext(
        "Nearly the same as **{title}** ({name}): {share:.0%} of its sentences.",
        title=title,
        name=_name(twin.article_id),
        share=twin.share,
    )


def _conflict(conflict: Conflict) -> str:
    what = describe_differences(conflict.found)
    own, other = one_line(conflict.text, _QUOTE), one_line(conflict.other, _QUOTE)
    title = one_line(conflict.title, _TITLE)
    differs = gettext("Differs in {differ} from **{title}**:", differ=what, title=title)
    there = gettext("there:")
    return f"{differs} “{own}” – {there} “{other}”"


def _told(draft: Draft) -> str:
    return f"{gettext(_DONE[draft.action])}: **{one_line(draft.title, _TITLE)}** ({_name(draft.article_id)})"


def _title(article: Article) -> str:
    return one_line(article.title.strip() or article.id, _TITLE)


def _name(text: str) -> str:
    return one_line(text, _NAME)


def _buttons(label: str, proposal: Proposal) -> tuple[Button, ...]:
    return (
        Button(gettext(label), action=custom_ids.PUBLISH.encode(proposal.name)),
        Button(gettext(DISCARD), action=custom_ids.DISCARD.encode(proposal.name)),
    )


def _fitting(lines: Sequence[str]) -> str:
    """As many of the lines as fit into a message, and how many do not."""
    taken: list[str] = []
    room = CONTENT - _HINT
    for line in lines:
        room -= units(line) + 1
        if room < 0:
            rest = ngettext("… and {count} line more", "… and {count} lines more", len(lines) - len(taken))
            return "\n".join([*taken, f"-# {rest}"])
        taken.append(line)
    return "\n".join(taken)
