"""Expected failures of the bot: of starting, for operators; of asking, for members.

Each says in a sentence or two what is wrong and what to do.

FootnoteError
└── BotError
    ├── StartError              the bot cannot start or go on; for the operator (exit code 1)
    │   ├── TokenMalformed      what is set as token cannot be one
    │   ├── TokenRefused        Discord does not know the token
    │   ├── DiscordUnreachable  no connection to the API or the gateway
    │   ├── IntentsRefused      Discord does not allow what the bot wants to read
    │   ├── DiscordRefused      anything else that Discord turned down
    │   └── PortTaken           /healthz and /metrics cannot be served
    ├── StateError              the bot's database cannot be used
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
        ├── NotAManager         the member may not manage the server
        ├── NotAnEditor         the member may not change articles
        ├── EditingOff          BOT_GUILDS is not set, so nobody may change articles
        ├── EditRefused         an article cannot be changed so
        └── UnknownDraft        what a button is about is used, discarded or too old

`UsageError` of the index stands for a wrong setting (exit code 2).
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages.language import gettext_noop, phrase
from index.errors import FootnoteError


class BotError(FootnoteError):
    """An expected failure of the bot."""


class StartError(BotError):
    """The bot cannot start, or cannot go on."""


class TokenMalformed(StartError):
    """What is set as token cannot be one."""


class TokenRefused(StartError):
    """Discord does not know the token."""


class DiscordUnreachable(StartError):
    """There is no connection to the API or the gateway."""


class IntentsRefused(StartError):
    """Discord does not allow what the bot wants to read."""


class DiscordRefused(StartError):
    """Discord turned something down that the bot cannot do without."""


class PortTaken(StartError):
    """/healthz and /metrics cannot be served where they should."""


class StateError(BotError):
    """The bot's database cannot be used: unreadable, of another version, locked, or without room."""


class AskError(BotError):
    """A question gets no answer now; the text is for the one who asked."""


class TooBusy(AskError):
    """Too many questions are waiting."""

    def __init__(self) -> None:
        super().__init__(
            gettext_noop("Too many questions are waiting right now. Please ask again in a moment.")
        )


class TooSlow(AskError):
    """The time limit is over."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("That took too long, so I stopped. Please ask again in a moment."))


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

    def __init__(self) -> None:
        super().__init__(gettext_noop("I am shutting down. Please ask again when I am back."))


class NothingAsked(AskError):
    """The question has no words."""

    def __init__(self) -> None:
        super().__init__(
            gettext_noop(
                "Ask me something in words, for example: How do I ask a question? "
                "I answer with sentences from the articles."
            )
        )


class Starting(AskError):
    """It is not decided yet which server may ask."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("I am still starting. Please ask again in a moment."))


class UnknownGuild(AskError):
    """The server is not one that may use the bot.

    Args:
        guild: Its id.
        leaving: Whether the bot leaves it.
    """

    def __init__(self, guild: int, *, leaving: bool) -> None:
        super().__init__(
            gettext_noop("I was not set up for this server, so I do not answer here, and I am leaving it.")
            if leaving
            else gettext_noop("I was not set up for this server, so I do not answer here.")
        )
        self.guild = guild


class NotAMember(AskError):
    """A direct message from someone who is in no server that may use the bot."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("I answer only members of the servers that I was set up for."))


class MembershipUnknown(AskError):
    """Discord does not say which servers someone is in."""

    def __init__(self) -> None:
        super().__init__(
            gettext_noop(
                "Discord does not tell me right now which servers you are in. Please ask again in a moment."
            )
        )


class NotHere(AskError):
    """There is nothing that may be answered from here."""

    def __init__(self) -> None:
        super().__init__(
            gettext_noop(
                "I cannot answer here: each of my servers has its own articles. Please ask me there."
            )
        )


class NotShown(AskError):
    """The article is not for this place."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("I may not show that article here."))


class SettingRefused(AskError):
    """A setting of a server cannot be what was chosen."""


class UnknownCollection(AskError):
    """There is no such folder of articles."""

    def __init__(self, names: Sequence[str]) -> None:
        offered = phrase("There is no collection of that name. There are: {names}.", names=", ".join(names))
        super().__init__(
            offered if names else gettext_noop("There is no collection of that name. There are none.")
        )


class UnknownArticle(AskError):
    """There is no article of that name."""

    def __init__(self) -> None:
        super().__init__(
            gettext_noop("There is no article of that name. `/articles` shows those that there are.")
        )


class NotAManager(AskError):
    """The member may not manage the server."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("Only members who may manage this server can do that."))


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

    def __init__(self) -> None:
        super().__init__(
            gettext_noop(
                "Only members who may manage this server, or have the role of its editors, "
                "can change articles."
            )
        )


class EditRefused(AskError):
    """An article cannot be changed so; the text is for the editor."""


class UnknownDraft(AskError):
    """What a button is about was used or discarded, or is older than a day."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("That was already done or discarded, or it is more than a day old."))
