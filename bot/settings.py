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
    """What it means that BOT_GUILDS is not set, and what to do about it.

    Args:
        first: Id of the server that may ask; None where there is none yet.
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
        None, description="The bot's token; without it, a chat in the terminal opens instead."
    )
    application: int | None = Field(
        None, ge=1, description="Id of the application, for `invite`, where the token does not tell it."
    )
    guilds: Annotated[GuildCollections | None, NoDecode, BeforeValidator(parse_guilds)] = Field(
        None, description="The servers that may use the bot, and the collections that each of them owns."
    )
    guild: Annotated[str | None, replaced_by("BOT_GUILDS")] = Field(
        None, exclude=True, description="Replaced by BOT_GUILDS."
    )
    leave_unknown: bool = Field(
        True, description="Whether the bot leaves servers that BOT_GUILDS does not name."
    )
    time_limit: float = Field(
        60.0,
        ge=1,
        le=600,
        description="Seconds that a question may take, waiting included.",
    )
    stop_seconds: float = Field(
        20.0, ge=1, le=600, description="Seconds that stopping may take, answers in progress included."
    )
    queue: int = Field(
        30, ge=0, le=10_000, description="How many questions may wait; those beyond are asked to come back."
    )
    start_timeout: float = Field(
        30.0, ge=1, le=600, description="Seconds to wait for Discord at the start before giving up."
    )
    state: Annotated[Path, AfterValidator(at_home)] = Field(
        Path(".footnote/bot.db"), description="The bot's own database; made when missing."
    )
    keep_days: int = Field(
        90,
        ge=1,
        le=3650,
        description="Days that verdicts on answers, and questions without an answer, are kept.",
    )
    keep_unanswered: bool = Field(
        False, description="Whether questions in servers that no answer was found to are kept for editors."
    )
    gap_people: int = Field(
        3, ge=1, le=1000, description="People who must have asked alike before editors see what is not found."
    )
    message_content: bool = Field(
        False,
        description="Whether to ask for the text of all messages, a privileged intent, for auto-reply.",
    )
    member_rate: int = Field(
        6, ge=0, le=10_000, description="Questions that a member may ask within a minute; 0 for any number."
    )
    channel_rate: int = Field(
        30,
        ge=0,
        le=10_000,
        description="Questions that may be asked in a channel within a minute; 0 for any number.",
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = Field(
        "info", description="How much is written to the log: debug, info, warning or error."
    )
    log_format: Annotated[Literal["text", "json"], BeforeValidator(_lower)] = Field(
        "text", description="How the log is written: text, or json for one object a line."
    )
    log_questions: bool = Field(
        False, description="Whether the text of questions, and errors that may quote it, go into the log."
    )
    http_port: int = Field(0, ge=0, le=65535, description="Port of /healthz and /metrics; 0 leaves them off.")
    http_host: str = Field(
        "127.0.0.1", min_length=1, description="Address that /healthz and /metrics are served on."
    )
    api_url: Annotated[str, _address("http", "https")] = Field(
        "https://discord.com/api/v10", description="Address of Discord's HTTP interface."
    )
    gateway_url: Annotated[str, _address("ws", "wss")] | None = Field(
        None,
        description="Address of Discord's gateway; when set, it wins over what the HTTP interface names.",
    )
    cdn_url: Annotated[str, _address("http", "https")] = Field(
        "https://cdn.discordapp.com", description="Address of Discord's file server."
    )

    @property
    def official(self) -> bool:
        """Whether the bot talks to Discord itself, and not to a proxy or another server."""
        return urlsplit(self.api_url).hostname == "discord.com"
