"""Writes what was asked on top of an answer on Discord, and reads it back.

The message is the bot's only memory of a conversation, so it lasts as long as the message does. Each question
has a line of its own; the last one is answered. Other lines are recognized by characters that are
always escaped in questions, so that no question can pass for one, and never by words, which are
translated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.messages.escape import one_line
from bot.messages.localization import gettext
from index.types import Turn

_QUESTION, _EARLIER, _NAME = 300, 150, 100  # UTF-16 units
_TURNS: Final = 3  # earlier questions that a message keeps: the first, which names the subject, and the last
_COLLECTION: Final = re.compile(r"_(?:in |[^\xa0]*\xa0)(.+)_")  # "in " with a space: older messages
_LINK: Final = re.compile(r"(?<!\\)\]\(<")  # in questions, brackets are escaped
_SPELLED: Final = re.compile(r"\\\[U\+((?:10|[0-9A-F])?[0-9A-F]{4})\\\]")
_MARK: Final = re.compile("[¹²³⁴⁵⁶⁷⁸⁹⁰]+")
_OPENED: Final = re.compile(r"^> “", re.MULTILINE)
_CLOSED: Final = re.compile(r"”(?: …)? ([¹²³⁴⁵⁶⁷⁸⁹⁰]++)$", re.MULTILINE)
_STRESSED: Final = re.compile(r"^\*\*", re.MULTILINE)
_QUOTED: Final = re.compile(r"^>", re.MULTILINE)
_ESCAPED: Final = re.compile(r"\\([^0-9A-Za-z\s])")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a message answers.

    Attributes:
        questions: Oldest first; the last is the one that the message answers. Empty where none is written.
        answer: The quoted sentences; `""` if they are no answer.
        collection: The only one that was looked in; None for all.
    """

    questions: tuple[str, ...] = ()
    answer: str = ""
    collection: str | None = None

    @property
    def turns(self) -> list[Turn]:
        """The conversation up to here, as the engine takes it.

        Questions that were read together stay together: the engine looks back one turn only.
        """
        return [Turn(" ".join(self.questions), self.answer)] if self.questions or self.answer else []


def head(question: str, earlier: Sequence[str] = (), collection: str | None = None) -> list[str]:
    """Render the lines on top of an answer, from which `read` knows what was asked."""
    within = gettext("in")
    lines = [] if collection is None else [f"-# _{within}\xa0{one_line(collection, _NAME)}_"]
    kept = [*earlier[:1], *earlier[1:][1 - _TURNS :]]
    lines += [f"-# {one_line(each, _EARLIER)}" for each in kept]
    return [*lines, f"-# {one_line(question, _QUESTION)}"]


def read(content: str) -> Asked:
    """What a message answers, from its text."""
    questions, collection = [], None
    for line in content.split("\n"):
        if not line.startswith("-# "):
            break
        text = line.removeprefix("-# ")
        if found := _COLLECTION.fullmatch(text):
            collection = unescape(found[1])
        elif not text.startswith("_") and not _LINK.search(text):
            questions.append(unescape(text).removesuffix("…"))
    quotes = [] if _STRESSED.search(content) else _quotes(content)
    return Asked(
        tuple(questions), " ".join(unescape(each.replace("\n> ", "\n")) for each, _ in quotes), collection
    )


def quotation(content: str, label: str) -> str:
    """The sentence in an answer that a button with a label like "In context ²" belongs to; `""` if none."""
    mark = label.rpartition(" ")[2]
    for text, footnote in _quotes(content):
        if mark == footnote or not _MARK.fullmatch(mark):
            return unescape(text.replace("\n> ", "\n"))
    return ""


def stressed(content: str) -> str:
    """The highlighted sentence in a message of the In context kind; `""` if there is none."""
    quoted = _QUOTED.search(content)
    begin = content.find("**", quoted.end()) + 2 if quoted else 1
    end = content.find("**", begin + 1)
    return unescape(content[begin:end].replace("\n> ", "\n")) if begin > 1 and end > begin else ""


def _quotes(content: str) -> list[tuple[str, str]]:
    """The quoted sentences, each from its opening mark to the first closing one, and their footnotes."""
    found: list[tuple[str, str]] = []
    reached = 0
    for closed in _CLOSED.finditer(content):
        opened = _OPENED.search(content, reached, closed.start())
        if opened:
            found.append((content[opened.end() : closed.start()], closed[1]))
        reached = closed.end()
    return found


def unescape(markdown: str) -> str:
    """Undo what `bot.messages.escape` did to a text, spelled-out characters included."""
    text = _SPELLED.sub(lambda code: chr(int(code[1], 16)), markdown)
    return _ESCAPED.sub(r"\1", text)
