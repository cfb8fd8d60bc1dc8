"""Expected errors of the bot: at the start, for operators; on questions, for members.

Each says in a sentence or two what is wrong and what to do.

FootnoteError
└── BotError
    ├── StartError              the bot cannot start, or has to stop; for the operator (exit code 1)
    │   ├── TokenMalformed      what is set as the token cannot be one
    │   ├── TokenRefused        Discord does not know the token
    │   ├── DiscordUnreachable  no connection to the API or the gateway
    │   ├── IntentsRefused      Discord does not allow what the bot wants to read
    │   ├── DiscordRefused      anything else that Discord refuses
    │   └── PortTaken           /healthz and /metrics cannot be served
    ├── StateError              the bot's database cannot be used
    ├── Undelivered             Discord does not take a message
    └── AskError                a question that gets no answer now; for the member
        ├── TooBusy             too many questions are waiting
        ├── TooSlow             the time limit is over
        ├── TooOften            the member or the channel has asked too much
        ├── Stopping            the bot is about to leave
        ├── NothingAsked        the question has no words
        ├── Starting            it is not decided yet which server may ask
        ├── UnknownGuild        the server is not one that may use the bot
        ├── NotAMember          a direct message from someone in no server that may use the bot
        ├── MembershipUnknown   Discord does not say which servers someone is in
        ├── NotHere             nothing may be answered from here
        ├── NotShown            the article is not for this place
        ├── SettingRefused      a setting cannot be what was chosen
        ├── UnknownCollection   no such folder of articles
        ├── UnknownArticle      no article of that name
        ├── AmbiguousArticle    several articles of that name
        ├── NotAManager         the member may not manage the server
        ├── NotAnEditor         the member may not change articles
        ├── EditingOff          BOT_GUILDS is not set, so nobody may change articles
        ├── EditRefused         an article cannot be changed so
        └── UnknownDraft        what a button is about is used, discarded or too old

`UsageError` of the index stands for a wrong setting (exit code 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from bot.messages.localization import gettext_noop, phrase
from index.errors import FootnoteError


class BotError(FootnoteError):
    """An expected error of the bot."""


class StartError(BotError):
    """The bot cannot start, or has to stop."""


class TokenMalformed(StartError):
    """What is set as the token cannot be one."""


class TokenRefused(StartError):
    """Discord does not know the token."""


class DiscordUnreachable(StartError):
    """There is no connection to the API or the gateway."""


class IntentsRefused(StartError):
    """Discord does not allow what the bot wants to read."""


class DiscordRefused(StartError):
    """Discord refuses something that the bot needs."""


class PortTaken(StartError):
    """/healthz and /metrics cannot be served at the address that is set."""


class StateError(BotError):
    """The bot's database cannot be used: it is unreadable or locked, or the disk is full."""


class Undelivered(BotError):
    """Discord does not take a message.

    The message that it answers is gone, its channel is, or the time to answer is over; it may not be posted
    there; or Discord could not be reached for long enough. Nobody can be told.
    """


class AskError(BotError):
    """A question gets no answer now; the text is for the one who asked.

    Args:
        text: In place of the one that the kind of error has.
    """

    says: ClassVar[str] = ""

    def __init__(self, text: str = "") -> None:
        super().__init__(text or self.says)


class TooBusy(AskError):
    """Too many questions are waiting."""

    says = gettext_noop("Too many questions are waiting right now. Please ask again in a moment.")


class TooSlow(AskError):
    """The time limit is over."""

    says = gettext_noop("That took too long, so I stopped. Please ask again in a moment.")


class TooOften(AskError):
    """The member or the channel has asked too much.

    Args:
        text: For the member.
        wait: Seconds until the next question.
        first: Whether the member has not been told since the last question that was answered.
    """

    def __init__(self, text: str, wait: float, *, first: bool) -> None:
        super().__init__(text)
        self.wait = wait
        self.first = first


class Stopping(AskError):
    """The bot is about to leave."""

    says = gettext_noop("I am shutting down. Please ask again when I am back.")


class NothingAsked(AskError):
    """The question has no words."""

    says = gettext_noop(
        "Ask me something in words, for example: How do I ask a question? "
        "I answer with sentences from the articles."
    )


class Starting(AskError):
    """It is not decided yet which server may ask."""

    says = gettext_noop("I am still starting. Please ask again in a moment.")


class UnknownGuild(AskError):
    """The server is not one that may use the bot.

    Args:
        guild: Its id.
        leaving: Whether the bot leaves it.
    """

    says = gettext_noop("I was not set up for this server, so I don't answer here.")

    def __init__(self, guild: int, *, leaving: bool) -> None:
        going = gettext_noop("I was not set up for this server, so I don't answer here, and I am leaving.")
        super().__init__(going if leaving else "")
        self.guild = guild


class NotAMember(AskError):
    """A direct message from someone who is in no server that may use the bot."""

    says = gettext_noop("I only answer members of the servers that I was set up for.")


class MembershipUnknown(AskError):
    """Discord does not say which servers someone is in."""

    says = gettext_noop(
        "Discord isn't telling me which servers you are in right now. Please ask again in a moment."
    )


class NotHere(AskError):
    """There is nothing that may be answered from here."""

    says = gettext_noop(
        "I can't answer here, because each of my servers has its own articles. Please ask me in one of them."
    )


class NotShown(AskError):
    """The article is not for this place."""

    says = gettext_noop("I can't show that article here.")


class SettingRefused(AskError):
    """A setting of a server cannot be what was chosen."""


class UnknownCollection(AskError):
    """There is no such folder of articles."""

    says = gettext_noop("There is no collection with that name. There are none yet.")

    def __init__(self, names: Sequence[str]) -> None:
        offered = phrase(
            "There is no collection with that name. These exist: {names}.", names=", ".join(names)
        )
        super().__init__(offered if names else "")


class UnknownArticle(AskError):
    """There is no article of that name."""

    says = gettext_noop("There is no article with that name. `/articles` lists them all.")


class AmbiguousArticle(AskError):
    """Several articles have that name.

    Args:
        articles: A line for each, in Discord's Markdown.
    """

    def __init__(self, articles: Sequence[str]) -> None:
        super().__init__(
            phrase(
                "Several articles have that name. Please choose one of the suggestions, or give its id, "
                "which is in parentheses:\n{articles}",
                articles="\n".join(articles),
            )
        )


class NotAManager(AskError):
    """The member may not manage the server."""

    says = gettext_noop("Only members who can manage this server can do that.")


class EditingOff(AskError):
    """BOT_GUILDS is not set, so nobody may change articles.

    Args:
        guild: Id of the server whose member tried to.
    """

    def __init__(self, guild: int) -> None:
        super().__init__(
            phrase(
                "Nobody can change articles until my operators add the line `{line}` to the file "
                "`.env` and restart me.",
                line=f"BOT_GUILDS={guild}=*",
            )
        )


class NotAnEditor(AskError):
    """The member may not change articles."""

    says = gettext_noop(
        "Only members who can manage this server, or have its editors' role, can change articles."
    )


class EditRefused(AskError):
    """An article cannot be changed so; the text is for the editor."""


class UnknownDraft(AskError):
    """What a button is about was used or discarded, or is older than a day."""

    says = gettext_noop("That has already been done or discarded, or it is more than a day old.")
