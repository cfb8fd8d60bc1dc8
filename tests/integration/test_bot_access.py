"""Which servers may use the bot, and what each of them sees: every way in × every place."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import discord
import pytest
from discord import app_commands

from bot import access
from bot.errors import (
    EditingOff,
    MembershipUnknown,
    NotAManager,
    NotAMember,
    NotAnEditor,
    NotHere,
    Starting,
    UnknownGuild,
)
from bot.messages import custom_ids
from bot.state import GuildSettings, Scope
from index import citation_ids
from tests.bot.stand_in import FERRY
from tests.integration.discord_server import Channel, Guild, Message, User
from tests.integration.discord_server.run import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    InteractionRun,
)
from tests.integration.footnote import COMMANDS, Room, footnote, running

MANAGE = discord.Permissions(manage_guild=True)
QUESTION = "When does the last ferry leave Gull Island?"
NEWS = ("Winter timetable", "Saltmere Ferries", "news")
"""Text that only the collection `news` has."""

LAST = "The last ferry leaves Gull Island at 6.40 pm."
START = FERRY.text.index(LAST)
RECEIPT = citation_ids.make(FERRY.id, START, START + len(LAST), LAST)
Needs = Literal["member", "editor", "manager"]


@dataclass(frozen=True)
class Way:
    """A way in: what is sent, and who may."""

    kind: int
    data: Mapping[str, Any]
    needs: Needs = "member"


def option(name: str, value: object, **more: object) -> dict[str, Any]:
    """Returns an option of a command as Discord sends it."""
    kinds = {bool: 5, int: 4, str: 3}
    return {"name": name, "type": kinds[type(value)], "value": value, **more}


def slash(name: str, *options: dict[str, Any], needs: Needs = "member", kind: int = COMMAND) -> Way:
    """Returns a slash command; one that was registered before, and not for a server."""
    first, _, second = name.partition(" ")
    given: list[dict[str, Any]] = list(options)
    if second:
        given = [{"name": second, "type": 1, "options": given}]
    return Way(kind, {"id": "1", "name": first, "type": 1, "options": given}, needs)


def typed(name: str, focused: str, *others: dict[str, Any], needs: Needs = "member") -> Way:
    """Returns a request for suggestions."""
    return slash(name, *others, option(focused, "", focused=True), needs=needs, kind=AUTOCOMPLETE)


def button(custom_id: str, needs: Needs = "member") -> Way:
    """Returns the press of a button."""
    return Way(COMPONENT, {"custom_id": custom_id, "component_type": 2}, needs)


def form(custom_id: str, needs: Needs = "member", **values: object) -> Way:
    """Returns a form that was filled in."""
    parts = []
    for number, (name, value) in enumerate(values.items()):
        part: dict[str, Any] = {"id": number, "custom_id": name}
        part |= {"type": 3, "values": value} if isinstance(value, list) else {"type": 4, "value": value}
        parts.append({"type": 18, "component": part})
    return Way(MODAL_SUBMIT, {"custom_id": custom_id, "components": parts}, needs)


WAYS: dict[str, Way] = {
    "/ask": slash("ask", option("question", QUESTION)),
    "/ask collection:": slash("ask", option("question", QUESTION), option("collection", "news")),
    "/articles": slash("articles"),
    "/article": slash("article", option("title", FERRY.id)),
    "/privacy": slash("privacy"),
    "/forget-me": slash("forget-me"),
    "/footnote setup": slash("footnote setup", needs="manager"),
    "/footnote status": slash("footnote status", needs="manager"),
    "/corpus add": slash("corpus add", needs="editor"),
    "/corpus replace": slash("corpus replace", option("article", FERRY.id), needs="editor"),
    "/corpus remove": slash("corpus remove", option("article", FERRY.id), needs="editor"),
    "/corpus status": slash("corpus status", needs="editor"),
    "/corpus gaps": slash("corpus gaps", needs="editor"),
    "/ask collection: …": typed("ask", "collection", option("question", QUESTION)),
    "/articles search: …": typed("articles", "search"),
    "/articles collection: …": typed("articles", "collection"),
    "/article title: …": typed("article", "title"),
    "/corpus add collection: …": typed("corpus add", "collection"),
    "/corpus replace article: …": typed("corpus replace", "article"),
    "/corpus remove article: …": typed("corpus remove", "article"),
    "In context": button(f"context:{RECEIPT}"),
    "Later": button(f"page:{RECEIPT}:1"),
    "Check": button(f"check:{RECEIPT}"),
    "Follow up": button("follow"),
    "Ask a human": button("human"),
    "More": button("more"),
    "More, turned": button("more:3"),
    "Share": button("share"),
    "👍": button("verdict:good"),
    "👎": button("verdict:bad"),
    "Why this?": button("why"),
    "See the articles": button("articles"),
    "Publish": button("corpus-do:aaaabbbbccccdddd", "editor"),
    "Discard": button("corpus-discard:aaaabbbbccccdddd", "editor"),
    "Undo": button("corpus-undo:aaaabbbbccccdddd", "editor"),
    "Start an article": button("corpus-gap:1", "editor"),
    "setup, Reset": button("setup:0:reset", "manager"),
    "setup, Private answers": button("setup:0:private:yes", "manager"),
    "setup, Certainty": button("setup:0:confidence", "manager"),
    "setup, collections": Way(
        COMPONENT, {"custom_id": "setup:0:collections", "component_type": 3, "values": ["news"]}, "manager"
    ),
    "an outdated button": button("version-0:button"),
    "the form of Follow up": form("follow", question=QUESTION),
    "the form of 👎": form("verdict:form", reason=["wrong"], article=FERRY.id),
    "the form of setup": form("setup:0:confidence", "manager", confidence="80"),
    "the form of a new article": form(
        "corpus-add:news", "editor", title="Bus", url="", published="", text="The bus leaves at noon."
    ),
    "the form of an article": form(
        f"corpus-replace:{FERRY.id}", "editor", title="Bus", url="", published="", text="It leaves at noon."
    ),
    "an outdated form": form("version-0:form", question="?"),
}
MENUS = ("Ask about this", "Is this in our articles?")


@dataclass
class Spot:
    """Somewhere to try the ways in from: a channel, and who acts there."""

    room: Room
    channel: Channel
    user: User
    raw: Mapping[str, Any] = field(  # a message of the bot's that quotes nothing of the news
        default_factory=lambda: {"content": f"-# {QUESTION}\n> “Be kind.” ¹", "flags": 0}
    )

    async def outcome(self, way: Way) -> str:
        """Sends an interaction and returns what comes of it: a text, a form, or suggestions."""
        source = self._with(way) if way.kind in (COMPONENT, MODAL_SUBMIT) else None
        run = self.room.server.interact(way.kind, self.user, self.channel, dict(way.data), source)
        return await self.told(run)

    def _with(self, way: Way) -> Message:
        """The message of the bot's that holds a button."""
        pressed: dict[str, Any] = {"type": 2, "style": 2, "label": "A button", "custom_id": "none"}
        pressed |= {"custom_id": way.data["custom_id"]} if way.kind == COMPONENT else {}
        raw = {**self.raw, "components": [{"type": 1, "components": [pressed]}]}
        return Message.of(self.room.server.posting.create(self.channel, self.room.server.bot, raw, []))

    async def told(self, run: InteractionRun) -> str:
        """Waits for what comes of an interaction."""
        await run.until(
            lambda: run.offered is not None or run.modal_form is not None or run.settled, 10, "nothing"
        )
        if run.offered is not None:
            return f"suggested: {[each['name'] for each in run.offered]}"
        if run.modal_form is not None:
            return f"form: {run.modal_form}"
        shown = await run.response()
        return "\n".join(dict.fromkeys([shown.content, *(each.content for each in run.followups)]))

    async def outcomes(self) -> dict[str, str]:
        """Tries every way in by an interaction, and returns what came of each."""
        found = {name: await self.outcome(way) for name, way in WAYS.items()}
        said = Message.of(
            self.room.server.posting.create(self.channel, self.room.server.bot, {"content": LAST}, [])
        )
        for name in MENUS:
            target = {"messages": {str(said.id): said.raw}}
            data = {"id": "1", "name": name, "type": 3, "target_id": str(said.id), "resolved": target}
            found[name] = await self.told(self.room.server.interact(COMMAND, self.user, self.channel, data))
        return found

    async def mentioned(self) -> str:
        """Mentions the bot, and returns what it says."""
        said = await self.room.server.say(
            self.user, self.channel, f"{self.room.server.bot.mention} {QUESTION}"
        )
        return (await self.room.server.reply_to(said)).content


@dataclass
class Town:
    """Two servers that may use the bot, and one that may not."""

    room: Room
    news: Guild
    handbook: Guild
    other: Guild

    def at(self, guild: Guild, *, manages: bool = True) -> Spot:
        """A place in a server, with a new member."""
        user = self.room.server.add_member(guild, "someone", permissions=MANAGE if manages else 0)
        channel = next(each for each in guild.channels.values())
        return Spot(self.room, channel, user)

    def direct(self, *guilds: Guild) -> Spot:
        """Direct messages of a member of some servers."""
        user = self.room.server.add_user("somebody")
        for guild in guilds:
            self.room.server.add_member(guild, user)
        return Spot(self.room, self.room.server.dm(user), user)


@asynccontextmanager
async def town(**options: Any) -> AsyncIterator[Town]:
    """Runs the bot for two servers with a collection each; a third one has invited it, too."""
    options = {"leave_unknown": False} | options
    async with footnote(**options) as room:
        handbook, other = room.server.add_guild("Harbour office"), room.server.add_guild("Elsewhere")
        if options.get("guilds", room.guilds) is room.guilds:
            room.guilds[room.guild.id] = ("news",)
            room.guilds[handbook.id] = ("handbook",)
        for guild in (handbook, other):
            room.server.add_channel(guild, "hall")
        yield Town(room, room.guild, handbook, other)


def leaks(found: Mapping[str, str]) -> dict[str, str]:
    """What tells of the news."""
    return {name: text for name, text in found.items() if any(each in text for each in NEWS)}


async def eventually(look: Callable[[], object]) -> None:
    """Waits until something is so."""
    for _ in range(500):
        if look():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never is")


async def test_the_table_has_every_command_button_and_option_with_suggestions() -> None:
    async with footnote() as room:
        sent = [way.data for way in WAYS.values()]
        names = {
            " ".join([str(data["name"]), *(each["name"] for each in data["options"] if each["type"] == 1)])
            for data in sent
            if "options" in data
        }
        commands = list(room.bot.tree.walk_commands())
        chat = [each for each in commands if isinstance(each, app_commands.Command)]
        assert {each.qualified_name for each in chat} == names
        menus = room.bot.tree.get_commands(type=discord.AppCommandType.message)
        assert {each.name for each in menus} == set(MENUS)
        suggesting = {
            (command.qualified_name, parameter.name)
            for command in chat
            for parameter in command.parameters
            if parameter.autocomplete
        }
        tried = {
            (name.removeprefix("/").removesuffix(f" {option}: …"), option)
            for name in WAYS
            if name.endswith(": …")
            for option in [name.removesuffix(": …").rpartition(" ")[2]]
        }
        assert tried == suggesting
        ids = [str(data["custom_id"]) for data in sent if "custom_id" in data]
        kinds = [each for each in vars(custom_ids).values() if isinstance(each, custom_ids.Kind)]
        assert [kind for kind, _ in room.bot.presses.handlers if kind not in kinds] == []
        for kind in kinds:
            assert any(kind.parse(each) is not None for each in ids), f"the table has no {kind.name}"


async def test_a_server_that_is_not_named_gets_one_sentence() -> None:
    async with town() as both:
        room, there = both.room, both.at(both.other)
        said = str(UnknownGuild(0, leaving=False))
        found = await there.outcomes()
        assert {name: text for name, text in found.items() if text not in (said, "suggested: []")} == {}
        assert {name for name, text in found.items() if text == "suggested: []"} == {
            name for name in WAYS if name.endswith(": …")
        }
        room.bot.rates = type(room.bot.rates)()
        assert await there.mentioned() == said
        assert room.engine.asked == room.engine.looked == []
        assert room.bot.state.guild_settings.of(Scope(both.other.id)) == GuildSettings()


async def test_a_server_sees_only_its_own_collections() -> None:
    async with town() as both:
        for guild, has_news in ((both.handbook, False), (both.news, True)):
            for manages in (True, False):
                here = both.at(guild, manages=manages)
                found = await here.outcomes()
                refused = {
                    name for name, text in found.items() if text in (str(NotAnEditor()), str(NotAManager()))
                }
                needing = {name for name, way in WAYS.items() if way.needs != "member"}
                assert refused == (set() if manages else needing)
                assert bool(leaks(found)) is has_news, leaks(found)
                await both.room.bot.state.guild_settings.set(Scope(guild.id), GuildSettings())
                assert ("6.40 pm" in await here.mentioned()) is has_news
        assert {asked for _, asked in both.room.engine.asked} == {("news",), ("handbook",)}


async def test_direct_messages_see_what_the_servers_of_the_member_see() -> None:
    async with town() as both:
        nobody = both.direct(both.other)
        assert set((await nobody.outcomes()).values()) == {str(NotAMember()), "suggested: []"}
        assert await nobody.mentioned() == str(NotAMember())
        assert both.room.engine.asked == []
        for guilds, has_news in (
            ([both.handbook], False),
            ([both.news, both.other], True),
            ([both.handbook, both.news], True),
        ):
            member = both.direct(*guilds)
            found = await member.outcomes()
            refused = {
                name for name, text in found.items() if text in (str(NotAnEditor()), str(NotAManager()))
            }
            assert refused == {name for name, way in WAYS.items() if way.needs != "member"}
            assert bool(leaks(found)) is has_news, leaks(found)
            assert ("6.40 pm" in await member.mentioned()) is has_news
        assert {asked for _, asked in both.room.engine.asked} == {
            ("handbook",),
            ("news",),
            ("handbook", "news"),
        }
        await both.room.bot.state.guild_settings.set(Scope(both.news.id), GuildSettings(()))
        assert await both.direct(both.news).mentioned() == str(NotHere())


async def test_while_no_server_is_named_the_first_one_asks_and_nobody_edits() -> None:
    async with town(guilds=None) as both:
        room = both.room
        await eventually(lambda: room.server.commands(both.news))
        here, there = both.at(both.news), both.at(both.other)
        found = await here.outcomes()
        editing = {name for name, way in WAYS.items() if way.needs == "editor"}
        said = f"BOT_GUILDS={both.news.id}=*"
        assert {name for name, text in found.items() if said in text} == editing
        assert "6.40 pm" in found["/ask"]
        assert await there.mentioned() == str(UnknownGuild(0, leaving=False))
        assert "6.40 pm" in await both.direct(both.news).mentioned()
        assert await both.direct(both.other).mentioned() == str(NotAMember())
        assert room.server.commands(both.other) == room.server.commands() == []
    assert str(EditingOff(7)).startswith("Nobody can change articles until")


async def test_the_first_server_stays_the_first() -> None:
    async with footnote(guilds=None) as room:
        await eventually(lambda: room.server.commands(room.guild))
        room.server.remove_guild(room.guild)
        later = room.server.add_guild("Harbour office")
        room.server.add_channel(later, "hall")
        await eventually(lambda: later.id in [each.id for each in room.bot.guilds])
        assert room.bot.access.guilds == {room.guild.id: None}
        async with running(room, guilds=None):
            await eventually(lambda: room.bot.is_ready())
            assert room.bot.access.guilds == {room.guild.id: None}


async def test_before_the_first_server_is_known_everyone_is_asked_to_wait() -> None:
    async with footnote(guilds=None) as room:
        assert await Spot(room, room.channel, room.ana).outcome(WAYS["/ask"]) == str(Starting())
        await eventually(lambda: room.server.commands(room.guild))
        assert "6.40 pm" in (await room.ask(QUESTION)).content


async def test_a_bot_in_no_server_takes_the_first_that_invites_it() -> None:
    async with footnote(guilds=None) as room:
        room.server.remove_guild(room.guild)
        await eventually(lambda: room.bot.is_ready())
        assert room.bot.access.guilds == {}
        guild = room.server.add_guild("Harbour office")
        await eventually(lambda: room.server.commands(guild))
        assert room.bot.access.guilds == {guild.id: None}


async def test_a_server_that_is_not_named_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "GRACE", 0.2)
    async with footnote() as room:
        server = room.server
        at_the_start = server.add_guild("Harbour office")
        await eventually(lambda: at_the_start.id not in server.world.guilds)
        await eventually(lambda: room.bot.is_ready())
        later = server.add_guild("Elsewhere")
        await eventually(lambda: later.id not in server.world.guilds)
        assert room.guild.id in server.world.guilds
        assert "6.40 pm" in (await room.ask(QUESTION)).content


async def test_asked_in_a_server_that_is_not_named_the_bot_answers_and_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(access, "GRACE", 0.5)
    async with town(leave_unknown=True) as both:
        server, there = both.room.server, both.at(both.other)
        assert await there.outcome(WAYS["/corpus remove"]) == str(UnknownGuild(0, leaving=True))
        await eventually(lambda: both.other.id not in server.world.guilds)
    async with town(leave_unknown=True) as both:
        server, there = both.room.server, both.at(both.other)
        assert await there.mentioned() == str(UnknownGuild(0, leaving=True))
        await eventually(lambda: both.other.id not in server.world.guilds)


async def test_a_server_that_is_left_is_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "GRACE", 0.2)
    async with footnote() as room:
        await eventually(lambda: room.bot.is_ready())
        other = room.server.add_guild("Elsewhere", system_channel="hall")
        [hall] = other.channels.values()
        await eventually(lambda: other.id not in room.server.world.guilds)
        [message] = hall.messages.values()
        assert message.raw["content"] == str(UnknownGuild(0, leaving=True))


async def test_a_server_that_cannot_be_left_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(access, "GRACE", 0.0)
    async with footnote() as room:
        room.server.fail("DELETE", "/users/@me/guilds/*", 403)
        room.server.add_guild("Elsewhere")
        await eventually(lambda: "cannot be left" in caplog.text)


async def test_commands_that_were_registered_elsewhere_are_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "GRACE", 60.0)
    async with footnote() as room:
        server = room.server
        other = server.add_guild("Elsewhere")
        stale = {"id": "7", "name": "ask", "type": 1, "description": "", "version": "1"}
        server.world.commands[None][7] = dict(stale)
        server.world.commands[other.id] = {7: dict(stale)}
        async with running(room):
            await server.until(
                lambda: len(server.commands(room.guild)) == len(COMMANDS), missing="no commands"
            )
            assert server.commands() == []
            await eventually(lambda: server.commands(other) == [])


async def test_membership_is_asked_for_once_in_ten_minutes() -> None:
    async with town() as both:
        server, member = both.room.server, both.direct(both.news)

        def asked() -> int:
            return sum(f"/members/{member.user.id}" in each.path for each in server.requests)

        await member.mentioned()
        await member.outcome(WAYS["In context"])
        assert asked() == len(both.room.guilds)
        both.room.bot.access._members._clock = lambda: time.monotonic() + 601
        await member.mentioned()
        assert asked() == 2 * len(both.room.guilds)


async def test_where_discord_does_not_say_who_is_a_member_nothing_is_answered() -> None:
    async with town() as both:
        server, member = both.room.server, both.direct(both.news)
        server.fail("GET", f"/guilds/*/members/{member.user.id}", 400)
        assert await member.mentioned() == str(MembershipUnknown())
        assert "6.40 pm" in await member.mentioned()
        late = both.direct(both.news)
        server.hang("GET", f"/guilds/*/members/{late.user.id}", 3)
        assert await late.outcome(WAYS["In context"]) == str(MembershipUnknown())
        await asyncio.sleep(1.5)
        assert "6.40 pm" in await late.outcome(WAYS["In context"])
        assert both.room.engine.asked[-1] == (QUESTION, ("news",))


async def test_rights_are_checked_at_every_press() -> None:
    async with town() as both:
        server, olga = both.room.server, both.at(both.news)
        opened = await server.slash(olga.user, olga.channel, "footnote setup")
        panel = await opened.response()
        server.set_roles(both.news, olga.user, [])
        pressed = await server.press(olga.user, panel, "Private answers")
        assert (await pressed.response()).content == str(NotAManager())
        assert both.room.bot.state.guild_settings.of(Scope(both.news.id)) == GuildSettings()


async def test_the_panel_and_the_status_tell_only_of_what_the_server_owns() -> None:
    async with town() as both:
        here = both.at(both.handbook)
        await both.room.bot.state.guild_settings.set(
            Scope(both.handbook.id), GuildSettings(("handbook", "news"))
        )
        panel = await here.outcome(WAYS["/footnote setup"])
        assert "Answers from: handbook\n" in panel
        assert "news" not in str([each.raw for each in here.channel.messages.values()])
        status = await here.outcome(WAYS["/footnote status"])
        assert "Waiting" in status
        assert not any(word in status for word in ("articles", "in all servers", "Errors"))
        both.room.guilds[both.handbook.id] = None
        status = await here.outcome(WAYS["/footnote status"])
        assert "**Index**: 2 articles" in status


async def test_a_collection_that_a_server_no_longer_owns_is_not_shown_there() -> None:
    async with town() as both:
        await both.room.bot.state.guild_settings.set(Scope(both.news.id), GuildSettings(("news",)))
        both.room.guilds[both.news.id] = ("handbook",)
        here = both.at(both.news)
        assert await here.outcome(WAYS["/ask"]) == str(NotHere())
        assert await here.mentioned() == str(NotHere())


@pytest.mark.parametrize("named", [True, False])
async def test_forums_and_channels_are_answered_only_in_servers_that_are_named(named: bool) -> None:
    async with town(server={"privileged_intents": 1 << 15}, message_content=True) as both:
        room, guild = both.room, both.news if named else both.other
        here = both.at(guild, manages=False)
        forum = room.server.add_channel(guild, "help", kind="forum")
        for channel in (here.channel, forum):
            await room.bot.state.guild_settings.set(
                Scope(guild.id, channel.id), GuildSettings(auto_reply=True)
            )
        await room.server.say(here.user, here.channel, QUESTION)
        post = await room.server.post(here.user, forum, QUESTION, "Please help.")
        await asyncio.sleep(0.5)
        for channel in (here.channel, post):
            own = [each for each in channel.messages.values() if each.author is room.server.bot]
            assert any("6.40 pm" in each.raw["content"] for each in own) is named
        assert bool(room.engine.asked) is named
