from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from bot.messages.match_results import CHANGED, LOST, MOVED, REMOVED
from bot.terminal_chat import EXAMPLE, KEYS, NO_SUCH, NOT_ON_DISCORD, Chat
from index.errors import IndexMissing
from index.types import (
    Answer,
    Article,
    ArticleList,
    ArticlesFound,
    Context,
    Declined,
    Lead,
    SpellingCorrected,
)
from tests.bot.stand_in import FERRY, Broken, StandIn

LAST = "The last ferry leaves Gull Island at 6.40 pm."
Talk = Callable[..., str]


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Talk:
    """Returns a function that types lines into a chat and returns all that is on the screen."""

    def typed(engine: StandIn, *lines: str, end: type[BaseException] = EOFError) -> str:
        screen = io.StringIO()
        console = Console(file=screen, width=60)
        waiting = list(lines)

        def line(*_: object, **__: object) -> str:
            if not waiting:
                raise end
            return waiting.pop(0)

        monkeypatch.setattr("builtins.input", line)
        chat = Chat(engine, console, console)
        chat.welcome()
        chat.talk()
        return screen.getvalue()

    return typed


def test_it_says_how_to_get_a_token_and_how_to_ask(talk: Talk) -> None:
    screen = talk(StandIn())
    assert screen.startswith(
        f"{NOT_ON_DISCORD}\nTo go on Discord: Open https://discord.com/developers/applications"
    )
    assert f"{EXAMPLE}\n{KEYS}\n" in screen


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_a_sentence_is_quoted_and_its_number_shows_its_paragraph(
    end: type[BaseException], talk: Talk
) -> None:
    screen = talk(StandIn(), "The last ferry?", "", "1", "7", end=end)
    quoted = (
        f"“{LAST}” [1]\n\n[1] Winter timetable for the Gull Island ferry · Saltmere Ferries · 2026-10-01"
        " · news/ferry:51-96\n"
        "    https://saltmere.example/ferry#:~:text=51\n"
    )
    assert quoted in screen
    assert f"The winter timetable applies from 2 November 2026. {LAST} Dogs travel free.\n" in screen
    assert screen.rstrip().endswith(NO_SUCH + "\n\n?") or NO_SUCH in screen


def test_a_declined_question_gets_the_nearest_sentence(talk: Talk) -> None:
    screen = talk(StandIn(), "Who is president?")
    assert "Not found. 'president?' occurs in none of 2 articles.\n" in screen
    assert "The nearest sentence:\n“The winter timetable" in screen
    empty = StandIn(Article("a", "", "No."))
    empty.texts.clear()
    assert "nearest" not in talk(empty, "Who is president?")


def test_a_question_for_the_articles_gets_the_list(talk: Talk) -> None:
    class Browsing(StandIn):
        def ask(self, question: str, **how: Any) -> Answer:
            declined = super().ask(question, **how)
            assert isinstance(declined, Declined)
            found = ArticleList("", 2, tuple(self.articles()))
            return replace(declined, reason=ArticlesFound("", 2), articles=found)

    screen = talk(Browsing(), "Which articles are there?")
    assert "There are 2 articles.\n\nWinter timetable for the Gull Island ferry\nMentions\n" in screen
    assert "nearest" not in screen


def test_context_and_notes_are_shown_and_a_greeting_is_returned(talk: Talk) -> None:
    class Leaning(StandIn):
        def ask(self, question: str, **how: Any) -> Answer:
            answer = super().ask(question, **how)
            [first, *_] = answer.citations
            leaning = replace(first, lead=Lead("The winter timetable applies.", 0, 29))
            return replace(answer, citations=(leaning,), notes=(SpellingCorrected("fery", "ferry"),))

    screen = talk(Leaning(), "The last fery?", "Hello!")
    assert (
        f"(context: “The winter timetable applies.”)\n“{LAST}” [1]\n\nI read “fery” as “ferry”.\n" in screen
    )
    assert "Hello! Ask me something, and I answer with sentences from the articles.\n" in screen
    assert "Not found" not in screen


def test_part_of_a_sentence_is_marked_as_one(talk: Talk) -> None:
    class Cut(StandIn):
        def ask(self, question: str, **how: Any) -> Answer:
            answer = super().ask(question, **how)
            return replace(answer, citations=(replace(answer.citations[0], is_part=True),))

    assert f"… “{LAST}” … [1]\n" in talk(Cut(), "The last ferry?")


def test_what_could_steer_the_terminal_is_spelled_out(talk: Talk) -> None:
    nasty = Article("a", "\x1b[2J title", "The [bold]ferry[/] \x1b[31mleaves.", source="\x07")
    screen = talk(StandIn(nasty), "ferry leaves? 🤷", "ferry [bold]leaves", "?!")
    assert "“The [bold]ferry[/] [U+001B][31mleaves.” [1]" in screen
    assert "[1] [U+001B][2J title · [U+0007] · a:0-31\n" in screen
    assert "\x1b" not in screen
    assert "Ask me something in words" in screen


def test_failures_are_a_sentence_and_the_chat_goes_on(talk: Talk) -> None:
    engine = StandIn()
    screen = talk(engine, "Why the trouble?", "The last ferry?")
    assert "Something went wrong. The log says more at the reference " in screen
    assert LAST in screen
    engine.failure = IndexMissing("There is no index.")
    assert "There is no index.\n" in talk(engine, "Why the trouble?")

    class Gone(StandIn):
        def context(self, proof: str, words: str = "") -> Context:
            raise IndexMissing("There is no index any more.")

    assert "There is no index any more.\n" in talk(Gone(), "The last ferry?", "1")


@pytest.mark.parametrize(
    ("context", "says"),
    [
        (Context("removed"), REMOVED),
        (Context("changed", FERRY, 0, 0), LOST),
        (Context("changed", FERRY, 0, 3), CHANGED),
        (Context("moved", FERRY, 51, 96, FERRY.text[:51], "\n\nNext."), f"{MOVED}\nThe winter"),
    ],
)
def test_what_became_of_a_sentence_is_said(context: Context, says: str, talk: Talk) -> None:
    class Changed(StandIn):
        def context(self, proof: str, words: str = "") -> Context:
            return context

    assert says in talk(Changed(), "The last ferry?", "1")


def test_each_line_of_a_pipe_is_answered() -> None:
    out, notes = io.StringIO(), io.StringIO()
    chat = Chat(StandIn(), Console(file=out, width=40), Console(file=notes))
    chat.read(["The last ferry?\n", "  \n", "Where are tickets sold?\n"])
    first, _, second, _ = out.getvalue().split("\n\n")
    assert LAST in first
    assert second.startswith("“Tickets are sold on board.” [1]")
    assert notes.getvalue() == ""


def test_an_index_that_is_gone_is_told() -> None:
    out = io.StringIO()
    Chat(Broken(IndexMissing("There is no index.")), Console(file=out), Console(file=out)).answer("trouble")
    assert out.getvalue() == "There is no index.\n"
