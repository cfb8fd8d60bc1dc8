"""Replies to messages that ask the articles nothing: greetings, thanks, calls for help and instructions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.messages.localization import gettext_noop
from index.answering.compound import split
from index.text.words import written
from index.types import Answer, Answered

HELP: Final = gettext_noop(
    "Just ask me in your own words: use `/ask`, or mention me and add your question. "
    "For example: *When are you open on Sundays?* "
    "I answer with sentences from the articles; `/articles` lists them."
)


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """A message that asks the articles nothing.

    Attributes:
        question: The message.
        reply: What the bot says to it, in English.
    """

    question: str
    reply: str


_REPLIES: Final = (
    (HELP, r"(?:please )?help(?: (?:me|please|bot|footnote))*|hilfe(?: bitte)?"),
    (
        gettext_noop("Hello! Ask me something, and I answer with sentences from the articles."),
        r"(?:hi|hello|hey|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|day))"
        r"(?: (?:there|all|everyone|everybody|bot|footnote|you|folks|again))*"
        r"|how are you(?: (?:doing|today))*|how is it going|what's up|whats up|sup",
    ),
    (
        gettext_noop("You're welcome. Ask me something, and I answer with sentences from the articles."),
        r"(?:ok |okay |great |cool |nice |perfect )*(?:thanks|thank you|thx|ty|cheers|much appreciated)"
        r"(?: (?:so|very|much|a|lot|again|for|your|the|help|bot|footnote|everyone|that|answer))*"
        r"|(?:good|nice|great) (?:bot|job|work)|well done",
    ),
    (
        gettext_noop("Goodbye!"),
        r"(?:good ?bye|bye|see you|see ya|good night)(?: (?:bye|bot|footnote|all|everyone|later|now))*",
    ),
    (
        gettext_noop(
            "I take no instructions: I only quote the articles, word for word. "
            "Ask me something, and I answer with sentences from the articles."
        ),
        r"(?:please )?(?:ignore|forget|disregard|override) (?:\w+ ){0,4}"
        r"(?:instructions?|rules?|prompts?|guidelines)\b.*"
        r"|(?:please )?(?:pretend (?:to be|you)|act as (?:an? )?(?:ai|assistant|bot)|you are now)\b.*"
        r"|(?:please )?(?:reveal|show|print|repeat|tell me) (?:\w+ )?(?:system prompt|your instructions)\b.*",
    ),
    (
        gettext_noop(
            "I write nothing of my own: I only quote the articles, word for word. "
            "Ask me something, and I answer with sentences from the articles."
        ),
        r"(?:please )?(?:(?:can|could|will|would) you )?(?:please )?(?:write|compose|make up|sing|tell)"
        r"(?: me| us)?"
        r" (?:an? |another |some )?(?:\w+ )?(?:poem|jokes?|story|stories|song|essay|rap|haiku|limerick)\b.*",
    ),
)
_PATTERNS: Final = tuple((reply, re.compile(pattern)) for reply, pattern in _REPLIES)


def reply_to(text: str) -> str | None:
    """Return the reply to small talk; None for anything that may be a question."""
    words = " ".join(written(text))
    return next((reply for reply, pattern in _PATTERNS if pattern.fullmatch(words)), None)


def reply_or_ask(question: str, ask: Callable[[], Answer]) -> Answer | SmallTalk:
    """Reply to small talk, or ask the engine.

    Args:
        question: A message. If it has several questions, the first is replied to unless another is answered.
        ask: Asks the engine the question.
    """
    replies = [reply_to(part) for part in split(question)]
    if replies[0] is None:
        return ask()
    answer = None if all(replies) else ask()
    return answer if isinstance(answer, Answered) else SmallTalk(question, replies[0])
