"""Footnote speaks the language of those who read it: a member's where only they see it, else the server's."""

from __future__ import annotations

from gettext import NullTranslations
from pathlib import Path

import discord
import pytest

from bot.messages import localization
from bot.state import GuildSettings, Scope
from tests.integration.discord_server import Message, User
from tests.integration.footnote import Room, footnote, running
from tests.integration.test_bot_corpus import opened

QUESTION = "When does the last ferry leave Gull Island?"
LAST = "The last ferry leaves Gull Island at 6.40 pm."
NEXT = "And where are tickets sold?"
LABELS = ["Im Zusammenhang", "Nachfragen", "Warum das?"]


async def pressed(room: Room, message: Message, label: str, member: User | None = None) -> Message:
    """Presses a button, as Ana by default, and returns what is shown."""
    return await (await room.server.press(member or room.ana, message, label)).response()


async def run(room: Room, command: str, **options: object) -> Message:
    """Runs a command as Ana."""
    return await (await room.server.slash(room.ana, room.channel, command, **options)).response()


def labels(message: Message) -> list[str]:
    return [each.label for each in message.buttons]


async def test_an_answer_and_all_that_its_buttons_show_is_german() -> None:
    async with footnote(locale="de") as room:
        answer = await room.ask(QUESTION, collection="news", private=True)
        assert answer.content.startswith(f"-# _in\xa0news_\n-# {QUESTION}\n> “{LAST}” ¹\n")
        assert "[öffnen](" in answer.content
        assert labels(answer)[:3] == LABELS
        shown = await pressed(room, answer, "Im Zusammenhang")
        assert f"**{LAST}**" in shown.content
        assert "Prüfen" in labels(shown)
        assert "Steht noch da" in (await pressed(room, shown, "Prüfen")).content
        assert "nichts zu erklären" in (await pressed(room, answer, "Warum das?")).content
        form = await room.server.press(room.ana, answer, "Nachfragen")
        assert (await form.modal())["title"] == "Nachfragen"
        second = await (await room.server.submit_modal(room.ana, form, {"Deine Frage": NEXT})).response()
        assert second.content.startswith(f"-# _in\xa0news_\n-# {QUESTION}\n-# {NEXT}\n")
        shared = await room.server.press(room.ana, answer, "Teilen")
        assert (await shared.followup()).content.startswith("-# _geteilt von \\@Ana_\n-# _in\xa0news_\n")


async def test_a_refusal_a_verdict_and_what_is_forgotten() -> None:
    async with footnote(locale="de") as room:
        role = room.server.add_role(room.guild, "helpers", mentionable=True)
        room.server.add_member(room.guild, "helper", roles=[role])
        await room.bot.state.guild_settings.set(Scope(room.guild.id), GuildSettings(human=role.id))
        refused = await room.ask("Who is the president?")
        assert "**Ich habe darauf in den Artikeln keine Antwort gefunden.**" in refused.content
        assert "'president?' kommt in keinem von 2 Artikeln vor.\nDer nächste Satz," in refused.content
        call = await room.server.press(room.ben, refused, "Einen Menschen fragen")
        assert (await call.followup()).content == f"Ich habe <@&{role.id}> gerufen."
        form = await room.server.press(room.ana, refused, "👎")
        assert (await form.modal())["title"] == "Was stimmt nicht?"
        sent = await room.server.submit_modal(room.ana, form, {"reason": ["missing"]})
        assert (await sent.response()).content == "Danke! Ich habe dein Feedback gespeichert."
        assert (await run(room, "forget-me")).content.startswith("Ich habe deine Bewertung einer Antwort,")
        assert (await run(room, "privacy")).content.startswith("**Was ich speichere**")
        assert (await run(room, "article", title="nichts")).content.startswith("Einen Artikel mit diesem")
        assert (await room.ask("?!")).content.startswith("Frag mich etwas in Worten")


async def test_what_a_channel_sees_is_in_the_servers_language_and_the_rest_in_the_members() -> None:
    async with footnote(locale="de") as room:
        amy = room.server.add_member(room.guild, "amy", locale="en-GB")
        ask = await room.server.slash(amy, room.channel, "ask", question=QUESTION)
        answer = await ask.response()
        assert labels(answer)[:3] == LABELS
        assert labels(await pressed(room, answer, "Im Zusammenhang", amy))[-1] == "Check"
        mention = await room.say(f"{room.server.bot.mention} {QUESTION}")
        assert labels(mention)[:3] == LABELS
        assert (await room.say(room.server.bot.mention)).content.startswith("Frag mich einfach mit deinen")
        private = await (
            await room.server.slash(amy, room.channel, "ask", question=QUESTION, private=True)
        ).response()
        assert labels(private)[:3] == ["In context", "Follow up", "Why this?"]


async def test_buttons_work_under_a_message_whose_language_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    async with footnote(locale="de") as room:
        answer = await room.ask(QUESTION, collection="news")
        private = await room.ask(QUESTION, private=True)
        await room.bot.close()
        monkeypatch.setattr(localization, "catalogues", lambda: {"en": NullTranslations()})
        async with running(room):
            shown = await pressed(room, answer, "Im Zusammenhang")
            assert f"**{LAST}**" in shown.content
            assert "Check" in labels(shown)
            form = await room.server.press(room.ana, answer, "Nachfragen")
            second = await (
                await room.server.submit_modal(room.ana, form, {"Your question": NEXT})
            ).response()
            assert second.content.startswith(f"-# _in\xa0news_\n-# {QUESTION}\n-# {NEXT}\n")
            shared = await (await room.server.press(room.ana, private, "Teilen")).followup()
            assert shared.content.startswith(f"-# _shared by \\@Ana_\n-# {QUESTION}\n")
            again = await room.server.press(room.ana, room.server.current(private) or private, "Warum das?")
            assert "nothing to explain" in (await again.response()).content


async def test_menus_and_descriptions_are_registered_in_german() -> None:
    async with footnote(locale="de") as room:
        answer = await room.say(f"{room.server.bot.mention} {QUESTION}")
        commands = {each["name"]: each for each in room.server.commands(room.guild)}
        ask = commands["ask"]
        assert ask["description_localizations"] == {
            "de": "Frag die Artikel; ich antworte mit ihren eigenen Sätzen"
        }
        assert not ask.get("name_localizations")
        assert ask["options"][1]["description_localizations"] == {"de": "Zeig die Antwort nur dir"}
        assert commands["Ask about this"]["name_localizations"] == {"de": "Dazu fragen"}
        assert commands["footnote"]["description_localizations"] == {
            "de": "Wie ich auf diesem Server antworte"
        }
        assert answer.content


async def test_a_server_is_set_up_in_german() -> None:
    async with footnote(locale="de") as room:
        owner = room.server.add_member(
            room.guild, "olga", permissions=discord.Permissions(manage_guild=True), locale="de"
        )
        panel = await (await room.server.slash(owner, room.channel, "footnote setup")).response()
        assert panel.content.startswith("**Footnote: der ganze Server**\n- Antwortet aus: alle Artikel\n")
        assert labels(panel) == ["Private Antworten", "Gewissheit", "Zurücksetzen"]
        form = await room.server.press(owner, panel, "Gewissheit")
        assert (await form.modal())["title"] == "Gewissheit"
        sent = await room.server.submit_modal(owner, form, {"confidence": "viel"})
        assert (await sent.response()).content.startswith("Eine Gewissheit ist eine Zahl")


async def test_articles_are_added_in_german(tmp_path: Path) -> None:
    async with opened(tmp_path) as room:
        room.eve.locale = "de"
        form = await room.server.slash(room.eve, room.channel, "corpus add")
        assert (await form.modal())["title"] == "Neuer Artikel"
        typed = {"Titel": "The open-air pool", "Text": "The pool opens on 1 May at seven."}
        draft = await (await room.server.submit_modal(room.eve, form, typed)).response()
        assert draft.content.startswith("**The open-air pool** veröffentlichen?\nDatei: ")
        assert "⚠ Er ist kurz: Nur 1 Satz lässt sich zitieren." in draft.content
        done = await pressed(room, draft, "Veröffentlichen", room.eve)
        assert done.content.startswith("Veröffentlicht: **The open-air pool**")
        refused = await room.server.slash(
            room.eve, room.channel, "ask", question="Who is Napoleon?", private=True
        )
        assert "kommt in keinem von" in (await refused.response()).content
