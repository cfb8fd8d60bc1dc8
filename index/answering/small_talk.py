"""What people say to a bot that is no question to the articles, and what it says to that."""

from __future__ import annotations

import re
from typing import Final

from index.text.words import written
from index.types import phrase

_SAID: Final = (
    (
        phrase("Hello! Ask me something, and I answer with sentences from the articles."),
        r"(?:hi|hello|hey|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|day))"
        r"(?: (?:there|all|everyone|everybody|bot|footnote|you|folks|again))*"
        r"|how are you(?: (?:doing|today))*|how is it going|what's up|whats up|sup",
    ),
    (
        phrase("You're welcome. Ask me something, and I answer with sentences from the articles."),
        r"(?:ok |okay |great |cool |nice |perfect )*(?:thanks|thank you|thx|ty|cheers|much appreciated)"
        r"(?: (?:so|very|much|a|lot|again|for|your|the|help|bot|footnote|everyone|that|answer))*"
        r"|(?:good|nice|great) (?:bot|job|work)|well done",
    ),
    (
        phrase("Goodbye!"),
        r"(?:good ?bye|bye|see you|see ya|good night)(?: (?:bye|bot|footnote|all|everyone|later|now))*",
    ),
    (
        phrase(
            "I take no instructions: I only quote the articles, word for word. "
            "Ask me something, and I answer with sentences from the articles."
        ),
        r"(?:please )?(?:ignore|forget|disregard|override) (?:\w+ ){0,4}"
        r"(?:instructions?|rules?|prompts?|guidelines)\b.*"
        r"|(?:please )?(?:pretend (?:to be|you)|act as (?:an? )?(?:ai|assistant|bot)|you are now)\b.*"
        r"|(?:please )?(?:reveal|show|print|repeat|tell me) (?:\w+ )?(?:system prompt|your instructions)\b.*",
    ),
    (
        phrase(
            "I write nothing of my own: I only quote the articles, word for word. "
            "Ask me something, and I answer with sentences from the articles."
        ),
        r"(?:please )?(?:(?:can|could|will|would) you )?(?:please )?(?:write|compose|make up|sing|tell)"
        r"(?: me| us)?"
        r" (?:an? |another |some )?(?:\w+ )?(?:poem|jokes?|story|stories|song|essay|rap|haiku|limerick)\b.*",
    ),
)
_PATTERNS: Final = tuple((reply, re.compile(pattern)) for reply, pattern in _SAID)


def small_talk(text: str) -> str | None:
    """What to say to a greeting, a thank you or an instruction; None to what may be a question."""
    words = " ".join(written(text))
    return next((reply for reply, pattern in _PATTERNS if pattern.fullmatch(words)), None)
