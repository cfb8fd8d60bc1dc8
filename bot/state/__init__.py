"""What the bot remembers between starts, in a database of its own, apart from the index.

It holds settings of servers and channels, verdicts on answers, questions without an answer, how often each
article was cited, which messages called a human, and the first server that the bot was in. The index can be
made again from the corpus; this file cannot, so nothing here ever deletes or replaces it.
"""

from bot.state._backup import back_up, channels_set_up, examine, stored_first_guild
from bot.state._database import Database
from bot.state._feedback import Calls, Cited, Codes, Feedback, Missed, Unanswered, Verdict
from bot.state._guild_settings import UNRESTRICTED, FirstGuild, GuildSettings, GuildSettingsStore, Scope

__all__ = [
    "UNRESTRICTED",
    "Calls",
    "Cited",
    "Database",
    "Feedback",
    "FirstGuild",
    "Missed",
    "Scope",
    "GuildSettingsStore",
    "GuildSettings",
    "State",
    "Unanswered",
    "Verdict",
    "back_up",
    "channels_set_up",
    "examine",
    "stored_first_guild",
]


class State:
    """Everything that is remembered.

    Args:
        database: Where it lies.
        keep_days: How many days verdicts, calls and questions are kept.

    Attributes:
        guild_settings: Settings of servers and channels.
        feedback: Verdicts on answers.
        calls: Messages for which a human was called.
        unanswered: Questions that no answer was found to.
        cited: How often each article was cited.
        first_guild: The server that may ask while BOT_GUILDS is not set.
    """

    def __init__(self, database: Database, *, keep_days: int = 90) -> None:
        self.database = database
        self.keep_days = keep_days
        codes = Codes(database)
        self.guild_settings = GuildSettingsStore(database)
        self.feedback = Feedback(database, codes)
        self.calls = Calls(database)
        self.unanswered = Unanswered(database, codes)
        self.cited = Cited(database)
        self.first_guild = FirstGuild(database)

    async def purge(self) -> int:
        """Delete what is older than it may be; returns how many verdicts were deleted.

        Raises:
            StateError: The database cannot be used.
        """
        gone = await self.feedback.purge(self.keep_days)
        await self.calls.purge(self.keep_days)
        await self.unanswered.purge(self.keep_days)
        return gone

    def close(self) -> None:
        """Close the file."""
        self.database.close()
