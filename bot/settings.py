"""Settings of the bot, from `BOT_…` variables and `.env`: built once, at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from index.settings import at_home, replaced_by


def _address(*schemes: str) -> AfterValidator:
    """Accepts an address with one of the schemes and a host, and drops the slash at its end."""

    def check(value: str) -> str:
        parts = urlsplit(value.strip())
        if parts.scheme not in schemes or not parts.hostname:
            raise ValueError(
                f"should be an address that begins with {' or '.join(f'{each}://' for each in schemes)}"
            )
        return value.strip().rstrip("/")

    return AfterValidator(check)


GuildCollections = Mapping[int, tuple[str, ...] | None]
"""The collections that each server owns, by the server's id; None stands for all collections."""

_EVERY: Final = "*"


def parse_guilds(value: object) -> object:
    """Read `BOT_GUILDS`: servers separated by `;`, each with its collections, as `111=rules,news;222=*`.

    A single server may be written as its id alone, which gives it all collections.

    Raises:
        ValueError: The text has another form, or names a server twice.
    """
    if not isinstance(value, str):
        return value
    entries = [entry.strip() for entry in value.split(";") if entry.strip()]
    found: dict[int, tuple[str, ...] | None] = {}
    for entry in entries:
        guild, equals, names = (part.strip() for part in entry.partition("="))
        if not (guild.isascii() and guild.isdecimal() and 0 < len(guild) <= 20 and int(guild)):
            raise ValueError(f"{guild or entry!r} is not the id of a server, which is a number such as 111")
        if not equals and len(entries) > 1:
            raise ValueError(
                f"say which collections server {guild} owns, as {guild}=rules,news or {guild}=* for all"
            )
        if int(guild) in found:
            raise ValueError(f"server {guild} is named twice")
        found[int(guild)] = _collections(guild, names) if equals else None
    if not found:
        raise ValueError("it names no server; an example is 111=*")
    return found


def _collections(guild: str, names: str) -> tuple[str, ...] | None:
    found = tuple(dict.fromkeys(name.strip() for name in names.split(",")))
    if found == (_EVERY,):
        return None
    if _EVERY in found or "" in found:
        raise ValueError(f"the collections of server {guild} should be names separated by commas, or only *")
    if any("/" in name for name in found):
        raise ValueError(f"a collection of server {guild} has a slash; it should be a folder of the corpus")
    return found


def without_guilds(first: int | None) -> str:
    """Describe what it means that BOT_GUILDS is not set, and what to do about it.

    Args:
        first: Id of the server that may ask; None if there is none yet.
    """
    who = f"only the first server, {first}, may ask" if first else "only the first server that I join may ask"
    line = f"BOT_GUILDS={first or '<id of the server>'}=*"
    return f"BOT_GUILDS is not set: {who}, and nobody can change articles. Write {line} into .env."


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class BotSettings(BaseSettings):
    """How the bot reaches Discord and how much it takes on. Every field has a line in `.env.example`."""

    model_config = SettingsConfigDict(
        env_prefix="BOT_",
        env_file=".env",
        env_file_encoding="utf-8-sig",
        env_ignore_empty=True,
        extra="ignore",
    )

    token: SecretStr | None = Field(
        None,
        description="Token of the Discord bot, from https://discord.com/developers/applications: your "
        "application, Bot, Reset Token. It is a secret: never post it or put it under version "
        "control. Without a token, the bot opens a chat in the terminal instead.",
    )
    application: int | None = Field(
        None,
        ge=1,
        description="Id of the application (General Information page), for `footnote-bot invite`. Needed "
        "only for bots from before 2016; for others it is part of the token.",
    )
    guilds: Annotated[GuildCollections | None, NoDecode, BeforeValidator(parse_guilds)] = Field(
        None,
        description="Servers that may use the bot, and the collections that each of them owns. A server "
        "sees, cites and edits only its own collections. Separate servers by `;` and collections "
        "by `,`, and write `*` for all collections: `111=*` or `111=rules,news;222=faq`. To get "
        "the id of a server, switch on Developer Mode in Discord, right-click the server and "
        "choose Copy Server ID. Without this setting, only the first server that the bot joined "
        "may ask, and nobody can change articles.",
    )
    guild: Annotated[str | None, replaced_by("BOT_GUILDS")] = Field(
        None, exclude=True, description="Replaced by BOT_GUILDS."
    )
    leave_unknown: bool = Field(
        True,
        description="Whether the bot leaves servers that BOT_GUILDS does not name. It answers nothing "
        "there in any case.",
    )
    time_limit: float = Field(
        60.0,
        ge=1,
        le=600,
        description="Seconds that a question may take, including the time it waits. After that, the "
        "member is asked to try again.",
    )
    stop_seconds: float = Field(
        20.0,
        ge=1,
        le=600,
        description="Seconds that stopping may take, including answers in progress. After that, the "
        "process ends at once.",
    )
    queue: int = Field(
        30,
        ge=0,
        le=10_000,
        description="How many questions may wait while one is being answered. Members who ask more are "
        "told to try again later.",
    )
    start_timeout: float = Field(
        30.0, ge=1, le=600, description="Seconds to wait for Discord at the start before giving up."
    )
    state: Annotated[Path, AfterValidator(at_home)] = Field(
        Path(".footnote/bot.db"),
        description="File of the bot's own database, which is separate from the index. Created if missing.",
    )
    keep_days: int = Field(
        90,
        ge=1,
        le=3650,
        description="Days after which verdicts on answers, and questions without an answer, are deleted.",
    )
    keep_unanswered: bool = Field(
        False,
        description="Whether to store questions asked in servers that got no answer, so that `/corpus "
        "gaps` shows editors what is missing. They are stored without names, and `/privacy` tells "
        "members about it.",
    )
    gap_people: int = Field(
        3,
        ge=1,
        le=1000,
        description="How many different people must have asked similar questions without an answer "
        "before `/corpus gaps` shows them.",
    )
    message_content: bool = Field(
        False,
        description="Whether the bot asks Discord for the text of all messages. `/footnote setup` can "
        "then let it answer questions in a channel without a mention. First switch on Message "
        "Content Intent on the Bot page of the developer portal.",
    )
    member_rate: int = Field(
        6, ge=0, le=10_000, description="Questions that one member may ask per minute; 0 for no limit."
    )
    channel_rate: int = Field(
        30,
        ge=0,
        le=10_000,
        description="Questions that may be asked per minute in one channel; 0 for no limit.",
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = Field(
        "info", description="How much is written to the log."
    )
    log_format: Annotated[Literal["text", "json"], BeforeValidator(_lower)] = Field(
        "text", description="Format of the log: text, or json for one JSON object a line."
    )
    log_questions: bool = Field(
        False,
        description="Whether the log may contain the text of questions, and error messages that may "
        "quote it. It never contains who asked.",
    )
    http_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port for `/healthz` and, for Prometheus, `/metrics`; 0 switches both off.",
    )
    http_host: str = Field(
        "127.0.0.1",
        min_length=1,
        description="Address on which `/healthz` and `/metrics` are served. They have no password: keep "
        "the default, or use a network that only you can reach.",
    )
    api_url: Annotated[str, _address("http", "https")] = Field(
        "https://discord.com/api/v10",
        description="Address of Discord's HTTP API. Change it for an HTTP proxy or another "
        "Discord-compatible server.",
    )
    gateway_url: Annotated[str, _address("ws", "wss")] | None = Field(
        None,
        description="Address of Discord's gateway. Without it, the bot uses the gateway that the HTTP "
        "API names.",
    )
    cdn_url: Annotated[str, _address("http", "https")] = Field(
        "https://cdn.discordapp.com", description="Address of Discord's file server."
    )

    @property
    def official(self) -> bool:
        """Whether the bot talks to Discord itself, and not to a proxy or another server."""
        return urlsplit(self.api_url).hostname == "discord.com"
