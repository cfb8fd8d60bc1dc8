"""Editors add, replace and remove articles from Discord, over the real engine."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.errors import AmbiguousArticle, NotAnEditor, StateError, UnknownArticle, UnknownDraft, UnknownGuild
from bot.features.corpus.cog import FORMATS, NO_TIME, NOT_FETCHED, TOO_LARGE
from bot.features.corpus.rendering import (
    DISCARDED,
    NO_COLLECTION,
    NO_GAPS,
    NOTHING,
    START,
    SWITCHED_OFF,
    UNCHANGED,
    UNDATED,
    UNTITLED,
)
from bot.features.forget import Forget
from bot.messages.localization import phrase
from bot.services.drafts import Drafts
from bot.services.editing import BUSY, KNOWN, NOT_YOURS, SINCE, TAKEN, TOO_LONG
from bot.state import GuildSettings, Scope
from index.convert import Limits
from index.editing import Editing
from index.engine import Engine
from index.indexing.builder import Builder
from index.store import Reader, locked
from index.types import Article
from tests.index.convert.test_docx import docx, par
from tests.index.hashed import HashedEncoder
from tests.index.pdf_maker import column, make_pdf
from tests.integration.discord_server import Channel, Message, Refused, Role, Upload, User
from tests.integration.footnote import Room, footnote, running

FERRY = (
    "---\ntitle: Gull Island ferry\nurl: https://saltmere.example/ferry\npublished: 2026-10-01\n---\n\n"
    "The last ferry leaves Gull Island at 6.40 pm. Dogs travel free. Tickets cost 4 pounds for adults.\n"
)
POOL = (
    b"---\ntitle: The open-air pool\npublished: 2026-06-01\n---\n\nThe pool opens on 1 May at seven. "
    b"A swim costs three pounds. Children under six swim free.\n"
)
QUESTION = "When does the pool open?"


class Town(Room):
    """A room with an editor, and a folder of articles."""

    eve: User
    corpus: Path
    log: Channel


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """Footnote over two articles; Eve may manage the server."""
    async with opened(tmp_path) as room:
        yield room


@asynccontextmanager
async def opened(tmp_path: Path, **options: Any) -> AsyncIterator[Town]:
    """Runs Footnote over two articles."""
    corpus, folder, encoder = tmp_path / "corpus", tmp_path / "index", HashedEncoder()
    (corpus / "news").mkdir(parents=True)
    (corpus / "rules.txt").write_text("Harbour rules\n\nAll boats must be on land by noon.\n")
    (corpus / "news" / "ferry.md").write_text(FERRY)
    Builder(corpus, folder, encoder).rebuild()
    engine = Engine(Reader.open(folder, model=encoder.fingerprint), encoder)
    editing = Editing(corpus, folder, encoder, patience=0, **options)
    beating = {"heartbeat_interval": 0.2}
    async with footnote(engine, editing=editing, server=beating, keep_unanswered=True) as room:
        room.__class__ = Town
        assert isinstance(room, Town)
        room.corpus = corpus
        room.eve = room.server.add_member(
            room.guild, "eve", permissions=discord.Permissions(manage_guild=True).value
        )
        room.log = room.server.add_channel(room.guild, "log")
        yield room
    engine.close()
    editing.close()


async def slash(room: Town, command: str, by: User | None = None, **options: Any) -> Message:
    """Runs a command of /corpus as Eve and returns the answer."""
    run = await room.server.slash(by or room.eve, room.channel, f"corpus {command}", **options)
    return await run.response()


async def add(room: Town, data: bytes = POOL, name: str = "pool.md", **options: Any) -> Message:
    """Attaches a file as Eve and returns the preview."""
    return await slash(room, "add", file=Upload(name, data), **options)


async def press(room: Town, message: Message, label: str, by: User | None = None) -> Message:
    """Presses a button as Eve and returns what the message has become, or what was said instead."""
    run = await room.server.press(by or room.eve, message, label)
    return await run.response()


def draft_of(message: Message) -> str:
    """The name of the draft that a message is about."""
    return str(message.buttons[0].custom_id).partition(":")[2]


async def settle(room: Town, rules: GuildSettings) -> None:
    """Sets the rules of the server."""
    await room.bot.state.guild_settings.set(Scope(room.guild.id), rules)


def files(room: Town) -> dict[str, bytes]:
    """Every file of the corpus."""
    return {
        path.relative_to(room.corpus).as_posix(): path.read_bytes()
        for path in room.corpus.rglob("*")
        if path.is_file()
    }


async def test_a_stranger_with_a_server_changes_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The application is taken into a second server, whose manager edits the articles of the first."""
    monkeypatch.setattr("bot.access.GRACE", 0.5)
    before = files(town)
    asked = await town.ask("When does the last ferry leave Gull Island?")
    assert "6.40 pm" in asked.content
    theirs = town.server.add_guild("Strangers")
    den = town.server.add_channel(theirs, "den")
    mallory = town.server.add_member(
        theirs, "mallory", permissions=discord.Permissions(administrator=True).value
    )
    for command in (*town.server.commands(town.guild),):  # as though they had been registered there, too
        town.server.world.commands.setdefault(theirs.id, {})[int(command["id"])] = dict(command)
    sentence = str(UnknownGuild(theirs.id, leaving=True))
    run = await town.server.slash(mallory, den, "corpus remove", article="news/ferry")
    assert (await run.response()).content == sentence
    await asyncio.sleep(1.5)
    assert theirs.id not in town.server.world.guilds
    assert files(town) == before
    assert "6.40 pm" in (await town.ask("When does the last ferry leave Gull Island?")).content


async def test_a_server_edits_only_the_collections_that_it_owns(town: Town) -> None:
    town.guilds[town.guild.id] = ("rules",)
    before = files(town)
    assert (await add(town, collection="news")).content == NOT_YOURS
    assert (await slash(town, "remove", article="news/ferry")).content == str(UnknownArticle())
    shown = await add(town, collection="rules")
    assert "Published" in (await press(town, shown, "Publish")).content
    assert set(files(town)) - set(before) == {"rules/the-open-air-pool.md"}
    status = await slash(town, "status")
    assert "rules: 1" in status.content
    assert "news" not in status.content


async def asked_meanwhile(room: Town, editing: Awaitable[Message]) -> tuple[list[float], Message]:
    """Seconds that answers take while an editor waits, and what the editor is shown in the end."""
    task = asyncio.ensure_future(editing)
    await asyncio.sleep(0.3)
    took = []
    while not task.done():
        begin = time.monotonic()
        assert "6.40 pm" in (await room.ask("When does the last ferry leave Gull Island?")).content
        took.append(time.monotonic() - begin)
    return took, await task


async def pause(seconds: float) -> Any:
    """Lets time go by in which no editor does anything."""
    await asyncio.sleep(seconds)


def typical(seconds: list[float]) -> float:
    return sorted(seconds)[len(seconds) // 2]


def hostile() -> bytes:
    """A small DOCX that takes minutes to convert."""
    return docx(par("a") * 300_000)


async def test_answers_and_heartbeats_wait_for_no_editor(tmp_path: Path) -> None:
    async with opened(tmp_path, limits=Limits(seconds=4)) as town:
        alone, _ = await asked_meanwhile(town, pause(3))
        since = time.monotonic()
        sent = town.server.slash(town.eve, town.channel, "corpus add", file=Upload("letter.docx", hostile()))
        during, refused = await asked_meanwhile(town, (await sent).response(30))
        assert "takes more than 4 seconds to convert" in refused.content
        assert len(during) >= 5
        assert typical(during) < 20 * typical(alone)  # an editor would hold them for seconds

        text = "\n\n".join(f"The boat number {number} leaves at ten." for number in range(4_000))
        shown = await add(town, f"# Boats\n\n{text}".encode(), "boats.md")
        pressed = await town.server.press(town.eve, shown, "Publish")
        during, done = await asked_meanwhile(town, pressed.response(60))
        assert "Published: **Boats**" in done.content
        assert len(during) >= 5
        assert typical(during) < 20 * typical(alone)  # an editor would hold them for seconds
        assert town.server.longest_silence(since) < 5 * 0.2


async def test_a_file_is_looked_at_published_answers_and_is_taken_back(town: Town) -> None:
    before = files(town)
    found = await town.server.autocomplete(town.eve, town.channel, "corpus add", "collection", "ne")
    assert found == [{"name": "news", "value": "news"}]
    shown = await add(town, collection="news")
    assert shown.ephemeral
    assert shown.content.split("\n")[:5] == [
        "Publish **The open-air pool**?",
        "File: news/the-open-air-pool.md",
        "Date: <t:1780272000:D>, <t:1780272000:R>",
        "Sentences that can be quoted: 3",
        "> “The pool opens on 1 May at seven.”",
    ]
    assert "⚠" not in shown.content
    assert files(town) == before

    done = await press(town, shown, "Publish")
    assert done.content.startswith("Published: **The open-air pool** (news/the-open-air-pool).")
    assert b"title: The open-air pool" in files(town)["news/the-open-air-pool.md"]
    assert "“The pool opens on 1 May at seven.” ¹" in (await town.ask(QUESTION)).content
    undone = await press(town, done, "Undo")
    assert "is no longer an article" in undone.content
    assert undone.buttons == []
    assert files(town) == before
    assert "The pool opens" not in (await town.ask(QUESTION)).content


async def test_discarded_drafts_are_gone(town: Town) -> None:
    before = files(town)
    shown = await add(town)
    discarded = await press(town, shown, "Discard")
    assert (discarded.content, discarded.buttons) == (DISCARDED, [])
    assert files(town) == before
    assert list((town.state.parent / "drafts").iterdir()) == []


async def test_a_draft_outlives_a_restart_but_not_a_day(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = await add(town)
    await town.bots.pop().close()
    async with running(town, keep_unanswered=True):
        done = await press(town, shown, "Publish")
        assert done.content.startswith("Published")
        again = await press(town, await add(town, POOL.replace(b"pool", b"lido")), "Discard")
        assert again.content == DISCARDED
        late = await add(town, POOL.replace(b"pool", b"lido"))
        now = time.time
        monkeypatch.setattr("bot.services.drafts.time.time", lambda: now() + 86_500)
        run = await town.server.press(town.eve, late, "Publish")
        assert (await run.followup()).content == str(UnknownDraft())
        assert len(list((town.state.parent / "drafts").iterdir())) == 2
        await town.bot.article_service.purge()
        assert list((town.state.parent / "drafts").iterdir()) == []


async def test_pressed_twice_it_is_published_once(town: Town) -> None:
    shown = await add(town)
    first, second = [await town.server.press(town.eve, shown, "Publish") for _ in range(2)]
    assert (await second.followup()).content == str(UnknownDraft())
    assert (await first.response()).content.startswith("Published")


async def test_of_two_articles_with_one_title_the_first_is_published(town: Town) -> None:
    one, other = await add(town), await add(town, POOL.replace(b"three", b"four"))
    await press(town, one, "Publish")
    run = await town.server.press(town.eve, other, "Publish")
    assert (await run.followup()).content == TAKEN
    with pytest.raises(UnknownDraft):  # a proposal is nothing that could be undone
        await town.bot.article_service.undo(draft_of(other), town.guild.id, GuildSettings())


async def test_warnings_tell_what_an_editor_should_look_at(town: Town) -> None:
    shown = await add(town, b"Tickets cost 5 pounds for adults. Dogs travel free.", "prices_new.md")
    assert f"⚠ {UNTITLED}" in shown.content
    assert f"⚠ {UNDATED}" in shown.content
    assert "⚠ It is short: only 2 sentences can be quoted." in shown.content
    assert "⚠ Nearly the same as **Gull Island ferry** (news/ferry): 100% of its sentences." in shown.content
    assert (
        "⚠ Differs in numbers from **Gull Island ferry**: “Tickets cost 5 pounds for adults.”"
        " – there: “Tickets cost 4 pounds for adults.”"
    ) in shown.content
    nothing = await add(town, b"# Only a heading\n")
    assert f"⚠ {NOTHING}" in nothing.content
    assert nothing.buttons == []
    taken = await add(
        town,
        FERRY.replace("6.40", "7.40").encode().replace(b"Gull Island ferry", b"Ferry", 1),
        collection="news",
    )
    assert f"⚠ {TAKEN}" in taken.content
    assert taken.buttons == []


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("list.jsonl", b"{}", FORMATS),
        ("program.exe", b"MZ", FORMATS),
        ("page.md", "Schön".encode("latin-1"), r"page.md is not UTF\-8"),
        ("page.txt", "Fair".encode("utf-16"), r"is UTF\-16"),
        ("page.pdf", b"%PDF-1.7 nothing", "page.pdf"),
        ("empty.md", b"", "no text"),
        ("long.md", b"# Long\n\n" + b"It goes on and on. " * 12_000, TOO_LONG),
        ("large.md", b"x" * (8 * 1024 * 1024 + 1), TOO_LARGE),
    ],
)
async def test_what_cannot_be_read_is_refused_in_a_sentence(
    town: Town, name: str, data: bytes, said: str
) -> None:
    shown = await add(town, data, name)
    assert said.replace("\\", "") in shown.content.replace("\\", "")
    assert shown.buttons == []
    assert len(files(town)) == 2


async def test_a_pdf_is_read(town: Town) -> None:
    text = "The harbour museum opens at ten. Children pay nothing. It is closed on Mondays."
    shown = await add(town, make_pdf([column(text, 700)], {"Title": "The harbour museum"}), "museum.pdf")
    assert "Publish **The harbour museum**?" in shown.content
    assert "Sentences that can be quoted: 3" in shown.content


async def test_a_file_that_discord_does_not_hand_out(town: Town) -> None:
    town.server.fail("GET", "*/attachments/*", 404)
    assert (await add(town)).content == NOT_FETCHED


async def test_an_article_is_typed_into_a_form(town: Town) -> None:
    opened = await town.server.slash(
        town.eve, town.channel, "corpus add", collection="news", title="The fair"
    )
    form = await opened.modal()
    assert [each["label"] for each in form["components"]] == ["Title", "Address", "Date", "Text"]
    typed = {"Address": "https://saltmere.example/fair", "Text": "The fair is on 4 July. @everyone may come."}
    wrong = await town.server.submit_modal(town.eve, opened, typed | {"Date": "in summer"})
    refused = await wrong.response()
    assert '"published" must be a date such as 2024' in refused.content.replace("\\", "")
    assert [each["filename"] for each in refused.raw["attachments"]] == ["article.md"]
    right = await town.server.submit_modal(town.eve, opened, typed | {"Date": "2026-06-01"})
    shown = await right.response()
    assert "Publish **The fair**?\nFile: news/the-fair.md" in shown.content
    done = await press(town, shown, "Publish")
    assert (done.content.startswith("Published"), done.pings) == (True, set())
    text = files(town)["news/the-fair.md"].decode()
    assert "published: 2026-06-01" in text
    assert "The fair is on 4 July. @everyone may come." in text
    answer = await town.ask("Who may come to the fair?")
    assert "may come" in answer.content
    assert answer.pings == set()


async def test_an_article_is_replaced_in_a_form_and_put_back(town: Town) -> None:
    before = files(town)
    opened = await town.server.slash(town.eve, town.channel, "corpus replace", article="news/ferry")
    form = await opened.modal()
    assert form["components"][0]["component"]["value"] == "Gull Island ferry"
    sent = await town.server.submit_modal(
        town.eve, opened, {"Text": "The last ferry leaves Gull Island at 9.15 pm."}
    )
    shown = await sent.response()
    assert shown.content.startswith(
        "Replace **Gull Island ferry** with **Gull Island ferry**?\nFile: news/ferry.md"
    )
    assert "Nearly the same" not in shown.content
    done = await press(town, shown, "Publish")
    assert done.content.startswith("Replaced: **Gull Island ferry**")
    assert "9.15 pm" in (await town.ask("When does the last ferry leave Gull Island?")).content
    undone = await press(town, done, "Undo")
    assert "is as it was" in undone.content
    assert files(town) == before


async def test_a_form_keeps_the_fields_that_it_does_not_show(town: Town) -> None:
    front = "title: Fair\nsource: Town council\nlanguage: de\ntags: [summer, town]"
    (town.corpus / "fair.md").write_text(
        f"---\n{front}\n---\n\nDas Fest ist im Juli. Der Eintritt ist frei.\n"
    )
    await asyncio.to_thread(Builder(town.corpus, town.corpus.parent / "index", HashedEncoder()).rebuild)
    opened = await town.server.slash(town.eve, town.channel, "corpus replace", article="fair")
    sent = await town.server.submit_modal(town.eve, opened, {"Address": "https://saltmere.example/fair"})
    shown = await sent.response()
    assert shown.content.split("\n")[3:6] == [
        "What changes:",
        r"- Address: none → https\://saltmere.example/fair",
        "Sentences that can be quoted: 2",
    ]
    await press(town, shown, "Publish")
    written = files(town)["fair.md"].decode()
    for field in ("source: Town council", "language: de", "summer", "url: https://saltmere.example/fair"):
        assert field in written
    by_file = await slash(
        town, "replace", article="fair", file=Upload("fair.md", b"# Fair\n\nIt is in May.\n")
    )
    assert "- Tags: summer, town → none\n- Text\n" in by_file.content
    opened = await town.server.slash(town.eve, town.channel, "corpus replace", article="fair")
    same = await (await town.server.submit_modal(town.eve, opened, {})).response()
    assert UNCHANGED in same.content
    assert same.buttons == []


async def test_a_form_that_cannot_open_in_time_is_said_to(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, article = threading.Event(), town.engine.article

    def held(name: str) -> Article:
        assert gate.wait(20)
        found: Article = article(name)
        return found

    monkeypatch.setattr(town.engine, "article", held)
    try:
        run = await town.server.slash(town.eve, town.channel, "corpus replace", article="news/ferry")
        told = await run.response()
    finally:
        gate.set()
    assert (told.content, told.ephemeral, run.refusals) == (NO_TIME, True, [])


async def test_of_several_articles_none_is_chosen(town: Town) -> None:
    for name in ("summer", "winter"):
        (town.corpus / f"{name}_fair.md").write_text(f"# Fair in {name}\n\nIt is in {name}.\n")
    (town.corpus / "harbour.md").write_text("# Harbour\n\nIt is in the bay.\n")
    await asyncio.to_thread(Builder(town.corpus, town.corpus.parent / "index", HashedEncoder()).rebuild)
    for command, options in (
        ("corpus remove", {"article": "fair"}),
        ("corpus replace", {"article": "fair"}),
        ("article", {"title": "fair"}),
    ):
        told = await (await town.server.slash(town.eve, town.channel, command, **options)).response()
        assert told.content == str(
            AmbiguousArticle([r"- Fair in summer (summer\_fair)", r"- Fair in winter (winter\_fair)"])
        )
        assert told.buttons == []
    assert (await slash(town, "remove", article="winter_fair")).content.startswith(
        "Remove **Fair in winter**"
    )
    assert (await slash(town, "remove", article="harbour ")).content.startswith(
        "Remove **Harbour** (harbour)?"
    )
    for number in range(9):
        (town.corpus / f"fair{number}.md").write_text(f"# Fair {number}\n\nIt is in May.\n")
    await asyncio.to_thread(Builder(town.corpus, town.corpus.parent / "index", HashedEncoder()).rebuild)
    many = await slash(town, "remove", article="fair")
    assert many.content.count("\n- ") == 9
    assert many.content.endswith("\n- …")


async def test_what_is_there_word_for_word_is_not_added_again(town: Town) -> None:
    text = (
        "The last ferry leaves Gull Island at 6.40 pm.\nDogs travel free. Tickets cost 4 pounds for adults."
    )
    refused = await add(town, f"# Boats\n\n{text}".encode(), "boats.md", collection="news")
    assert refused.content == str(
        phrase(KNOWN, title="Gull Island ferry", where="news/ferry, <https://saltmere.example/ferry>")
    )
    assert refused.buttons == []
    again = await add(town, FERRY.encode(), "ferry.md", collection="news")
    assert again.content == refused.content
    opened = await town.server.slash(town.eve, town.channel, "corpus add")
    rules = {"Title": "Harbour rules", "Text": "All boats must be on land by noon."}
    typed = await (await town.server.submit_modal(town.eve, opened, rules)).response()
    assert typed.content == str(phrase(KNOWN, title="Harbour rules", where="rules"))
    assert [each["filename"] for each in typed.raw["attachments"]] == ["article.md"]


async def test_an_article_without_a_collection_is_said_to_be_in_none(town: Town) -> None:
    shown = await add(town)
    assert shown.content.split("\n")[1:4:2] == ["File: the-open-air-pool.md", NO_COLLECTION]
    assert (await press(town, shown, "Publish")).content.endswith(" It is in no collection.")
    await settle(town, GuildSettings(collections=("news",)))
    shown = await add(town, POOL.replace(b"pool", b"lido"))
    assert NO_COLLECTION not in shown.content
    assert (await press(town, shown, "Publish")).content.endswith(" It is in the collection news.")


async def test_an_article_is_replaced_by_a_file(town: Town) -> None:
    shown = await slash(
        town, "replace", article="rules", file=Upload("new.md", b"# Rules\n\nBoats may stay.\n")
    )
    assert shown.content.startswith("Replace **Harbour rules** with **Rules**?")
    done = await press(town, shown, "Publish")
    assert "rules.md" in files(town)
    assert "rules.txt" not in files(town)
    (town.corpus / "rules.md").write_text("# Rules\n\nAnother editor was here.\n")
    run = await town.server.press(town.eve, done, "Undo")
    assert (await run.followup()).content == SINCE


async def test_what_does_not_fit_into_a_form_is_to_be_attached(town: Town) -> None:
    await press(town, await add(town, b"# Long\n\n" + b"It goes on and on. " * 300, "long.md"), "Publish")
    shown = await slash(town, "replace", article="long")
    assert "attach the article as a `file:`" in shown.content


async def test_an_article_that_is_gone_when_the_form_is_sent(town: Town) -> None:
    opened = await town.server.slash(town.eve, town.channel, "corpus replace", article="news/ferry")
    await opened.modal()
    (town.corpus / "news" / "ferry.md").unlink()
    sent = await town.server.submit_modal(town.eve, opened, {})
    assert (await sent.response()).content == str(UnknownArticle())


async def test_a_collection_that_can_be_no_folder_is_refused(town: Town) -> None:
    for name in ("..", ".hidden", "a:b"):
        assert "cannot be an article id" in (await add(town, collection=name)).content


async def test_removed_and_put_back_after_a_restart(town: Town) -> None:
    before = files(town)
    found = await town.server.autocomplete(town.eve, town.channel, "corpus remove", "article", "ferry")
    assert found == [{"name": "Gull Island ferry", "value": "news/ferry"}]
    shown = await slash(town, "remove", article="news/ferry")
    assert shown.content.startswith("Remove **Gull Island ferry** (news/ferry)?")
    done = await press(town, shown, "Remove")
    assert "news/ferry.md" not in files(town)
    assert "6.40" not in (await town.ask("When does the last ferry leave Gull Island?")).content
    await town.bots.pop().close()
    async with running(town, keep_unanswered=True):
        await press(town, done, "Undo")
        assert files(town) == before
        assert "6.40" in (await town.ask("When does the last ferry leave Gull Island?")).content
        missing = await slash(town, "remove", article="bicycles")
        assert "There is no article with that name." in missing.content


async def test_an_article_that_is_gone_already(town: Town) -> None:
    shown = await slash(town, "remove", article="news/ferry")
    other = await slash(town, "remove", article="news/ferry")
    await press(town, shown, "Remove")
    run = await town.server.press(town.eve, other, "Remove")
    assert "There is no article with that name." in (await run.followup()).content


async def test_while_another_program_rebuilds_nothing_is_lost(town: Town) -> None:
    shown = await add(town)
    with locked(town.corpus.parent / "index", 1):
        run = await town.server.press(town.eve, shown, "Publish")
        assert (await run.followup()).content == BUSY
    done = await press(town, shown, "Publish")
    assert done.content.startswith("Published")
    await press(town, done, "Undo")
    assert len(files(town)) == 2


async def test_a_publication_that_came_half_way_can_be_discarded(town: Town) -> None:
    before = files(town)
    shown = await add(town)
    with locked(town.corpus.parent / "index", 1):
        run = await town.server.press(town.eve, shown, "Publish")
        assert (await run.followup()).content == BUSY
    assert files(town) != before
    assert (await press(town, shown, "Discard")).content == DISCARDED
    assert files(town) == before
    assert list((town.state.parent / "drafts").iterdir()) == []


async def test_only_editors_change_articles(town: Town) -> None:
    for command in ("status", "remove", "replace", "add"):
        options = {"article": "news/ferry"} if command in ("remove", "replace") else {}
        refused = await slash(town, command, town.ana, **options)
        assert (refused.content, refused.ephemeral) == (str(NotAnEditor()), True)
    role = town.server.add_role(town.guild, "Editors")
    assert isinstance(role, Role)
    iris = town.server.add_member(town.guild, "iris", roles=[role])
    assert (await slash(town, "status", iris)).content == str(NotAnEditor())
    await settle(town, GuildSettings(editors=role.id))
    shown = await slash(town, "remove", iris, article="news/ferry")
    await settle(town, GuildSettings())
    run = await town.server.press(iris, shown, "Remove")
    assert (await run.response()).content == str(NotAnEditor())
    assert "news/ferry.md" in files(town)
    dm = town.server.dm(town.ana)
    with pytest.raises(Refused):
        await town.server.slash(town.ana, dm, "corpus status")


async def test_a_server_changes_only_the_articles_that_are_for_it(town: Town) -> None:
    waiting = await slash(town, "remove", article="rules")
    await settle(town, GuildSettings(collections=("news",)))
    run = await town.server.press(town.eve, waiting, "Remove")
    assert (await run.followup()).content == NOT_YOURS
    assert "no article with that name" in (await slash(town, "remove", article="rules")).content
    assert (await add(town, collection="rules")).content == NOT_YOURS
    assert "without a slash" in (await add(town, collection="news/../rules")).content
    shown = await add(town)
    assert "File: news/the-open-air-pool.md" in shown.content
    assert "rules" not in (await slash(town, "status")).content
    await settle(town, GuildSettings(collections=("news", "sport")))
    assert "collection with `collection:`" in (await add(town)).content
    other = town.server.add_guild("Elsewhere")
    with pytest.raises(Exception, match="can.t be changed from this server"):
        await town.bot.article_service.carry_out(draft_of(shown), other.id, GuildSettings())


async def test_the_log_channel_is_told_and_can_undo(town: Town) -> None:
    await settle(town, GuildSettings(log=town.log.id))
    await press(town, await slash(town, "remove", article="news/ferry"), "Remove")
    await town.server.until(lambda: town.server.messages(town.log), missing="no line in the log channel")
    (line,) = town.server.messages(town.log)
    assert line.content == r"Removed: **Gull Island ferry** (news/ferry) by \@Eve"
    assert line.pings == set()
    run = await town.server.press(town.ana, line, "Undo")
    assert (await run.response()).content == str(NotAnEditor())
    undone = await press(town, line, "Undo")
    assert undone.content == r"Undone: **Gull Island ferry** (news/ferry) is as it was, by \@Eve"
    assert undone.buttons == []
    assert "news/ferry.md" in files(town)

    done = await press(town, await add(town), "Publish")
    await press(town, done, "Undo")
    await town.server.until(lambda: len(town.server.messages(town.log)) == 3, missing="the lines")
    town.channel = town.log  # an editor may as well work there
    await press(town, await press(town, await add(town), "Publish"), "Undo")
    await town.server.until(lambda: len(town.server.messages(town.log)) == 5, missing="the lines")


async def test_a_log_channel_that_cannot_be_written_is_told(town: Town) -> None:
    await settle(town, GuildSettings(log=town.log.id))
    town.server.forbid(town.log, "send_messages")
    run = await town.server.press(town.eve, await add(town), "Publish")
    assert f"<#{town.log.id}>" in (await run.followup()).content
    assert len(files(town)) == 3


async def test_the_status_tells_counts_ages_and_what_was_left_out(town: Town) -> None:
    (town.corpus / "news" / "broken.md").write_bytes(b"\xff\xfe")
    await press(town, await add(town), "Publish")
    await asyncio.to_thread(Builder(town.corpus, town.corpus.parent / "index", HashedEncoder()).rebuild)
    lines = (await slash(town, "status")).content.replace("\\", "").split("\n")
    assert lines[0].startswith("**3 articles**, last changed <t:")
    assert lines[1:7] == [
        "- news: 1",
        "- no collection: 2",
        "Oldest: The open-air pool, <t:1780272000:D>",
        "Newest: Gull Island ferry, <t:1790812800:D>",
        "Without a date: 1",
        "Files or rows left out: 1",
    ]
    assert lines[7].startswith("- news/broken.md: news/broken.md is UTF-16")


async def miss(room: Town, *questions: str) -> None:
    """Asks each question as another member."""
    for number, question in enumerate(questions):
        member = room.server.add_member(room.guild, f"member{number}")
        await (await room.server.slash(member, room.channel, "ask", question=question)).response()


async def test_what_enough_people_have_missed_becomes_an_article(town: Town) -> None:
    await miss(town, "Where is the sauna?", "Where is the sauna now?", "Where can bicycles be rented?")
    for _ in range(3):  # one person is one person
        await town.ask("Where is the sauna?")
    shown = await slash(town, "gaps")
    assert shown.ephemeral
    lines = shown.content.split("\n")
    assert lines[0] == "**Asked and not found**"
    assert lines[1].startswith("1. 3 people, last <t:")
    assert "“Where is the sauna?” · “Where is the sauna now?”" in lines[1]
    assert "bicycles" not in shown.content
    assert "member" not in shown.content
    await settle(town, GuildSettings(collections=("news", "sport")))
    opened = await town.server.press(town.eve, shown, f"{START} (1)")
    form = await opened.modal()
    assert form["custom_id"] == "corpus-add:news"
    assert "- Where is the sauna now?" in form["components"][0]["content"]
    assert form["components"][1]["component"]["value"] == "Where is the sauna?"
    sent = await town.server.submit_modal(town.eve, opened, {"Text": "The sauna is on Mill Lane."})
    await press(town, await sent.response(), "Publish")
    assert (await slash(town, "gaps")).content == NO_GAPS.format(people=3)
    run = await town.server.press(town.eve, shown, f"{START} (1)")
    await run.modal()
    await town.bot.state.unanswered.leave(town.guild.id)
    run = await town.server.press(town.eve, shown, f"{START} (1)")
    assert (await run.response()).content == str(UnknownDraft())


async def test_an_article_can_be_started_while_nothing_is_answered(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.features.corpus.cog._SOON", 0.2)
    await miss(town, "Where is the sauna?", "Where is the sauna now?", "Where is a sauna?")
    shown = await slash(town, "gaps")
    await settle(town, GuildSettings(collections=("news", "sport")))
    gate = threading.Event()
    worker = town.bot.engine_service.worker
    stuck = [asyncio.create_task(worker.do(partial(gate.wait, 20))) for _ in range(12)]
    try:
        run = await town.server.press(town.eve, shown, f"{START} (1)")
        form = await run.modal(within=3)
        assert form["components"][1]["component"]["value"].endswith("sauna?")
        assert form["custom_id"] == "corpus-add:news"
        choices = await town.server.autocomplete(town.ana, town.channel, "article", "title", "gull")
        assert [each["value"] for each in choices] == ["news/ferry"]
        card = await (
            await town.server.slash(town.ana, town.channel, "article", title="news/ferry")
        ).response()
        assert "Gull Island" in card.content
    finally:
        gate.set()
        await asyncio.gather(*stuck)


async def test_gaps_are_shown_before_those_who_wait_are_answered(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.features.corpus.cog._SOON", 0.2)
    await miss(town, "Where is the sauna?", "Where is the sauna now?", "Where is a sauna?")
    worker = town.bot.engine_service.worker
    waiting = [asyncio.create_task(worker.do(partial(time.sleep, 0.15))) for _ in range(12)]
    await asyncio.sleep(0)
    shown = await slash(town, "gaps")
    assert shown.content.startswith("**Asked and not found**")
    assert sum(not each.done() for each in waiting) >= 6
    await asyncio.gather(*waiting)


async def test_what_is_missed_in_mentions_is_kept_and_can_be_forgotten(town: Town) -> None:
    await town.say(f"{town.server.bot.mention} where is the sauna?")
    dm = town.server.dm(town.ana)
    await town.say("where is the kiosk?", dm)
    await town.say(f"{town.server.bot.mention} hello")
    kept = await town.bot.state.unanswered.of(town.guild.id)
    assert [each.question for each in kept] == ["where is the sauna?"]
    told = await (await town.server.slash(town.ana, town.channel, "forget-me")).response()
    assert told.content.startswith("I have deleted your question without an answer. ")
    assert b"sauna" not in town.state.read_bytes()
    for question in ("Where is the sauna?", "Where is the kiosk?"):
        answer = await town.ask(question)
    await (await town.server.press(town.ana, answer, "👍")).response()
    told = await (await town.server.slash(town.ana, town.channel, "forget-me")).response()
    assert ", and your 2 questions without an answer. " in told.content


async def test_no_more_than_five_gaps_are_shown(town: Town) -> None:
    town.bot.settings.gap_people = 1
    topics = "sauna prices, kiosk menu, museum tours, theatre plays, zoo animals, airport buses"
    await miss(town, *topics.split(", "))
    shown = await slash(town, "gaps")
    assert len(shown.buttons) == 5
    assert "airport" not in shown.content


async def test_drafts_are_purged_every_hour_also_after_that_failed(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries, again, loop = [], asyncio.Event(), asyncio.get_running_loop()

    def purge(drafts: Drafts) -> None:
        tries.append(drafts)
        if len(tries) == 1:
            raise OSError("the disk is gone")
        loop.call_soon_threadsafe(again.set)

    monkeypatch.setattr(Drafts, "purge", purge)
    cog = town.bot.get_cog("Forget")
    assert isinstance(cog, Forget)
    cog.purge.change_interval(seconds=0.05)
    cog.purge.restart()
    await asyncio.wait_for(again.wait(), 10)
    assert "OSError" in caplog.text


async def test_nothing_is_kept_unless_that_is_switched_on(town: Town) -> None:
    town.bot.settings.keep_unanswered = False
    await town.ask("Where is the sauna?")
    assert await town.bot.state.unanswered.of(town.guild.id) == []
    assert (await slash(town, "gaps")).content == SWITCHED_OFF


async def test_an_answer_does_not_fail_where_the_question_cannot_be_kept(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def full(*_: object) -> None:
        raise StateError("The disk is full.")

    monkeypatch.setattr(town.bot.state.unanswered, "note", full)
    assert "found no answer" in (await town.ask("Where is the sauna?")).content
    await town.server.until(lambda: "StateError" in caplog.text, missing="a line in the log")
