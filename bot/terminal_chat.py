"""The same answers in a terminal, for trying Footnote without Discord."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from bot.errors import NothingAsked
from bot.messages import match_results
from bot.messages.answers import shown
from bot.messages.escape import gap, unwrap
from bot.messages.invisible_characters import reveal
from bot.messages.small_talk import SmallTalk, reply_or_ask
from bot.monitoring.logs import refer
from bot.services.asking import EngineProtocol
from bot.token import HOW_TO
from index.cli.answers import render
from index.errors import FootnoteError
from index.types import Answer, Citation, Context

if TYPE_CHECKING:
    from rich.console import Console

WELCOME: Final = "This is Footnote as a chat in the terminal."
NOT_ON_DISCORD: Final = "There is no BOT_TOKEN, so this is Footnote as a chat in the terminal."
EXAMPLE: Final = "Ask something, for example: How do I add an article?"
KEYS: Final = "The number of a sentence shows it in its paragraph. Ctrl-D leaves."
NO_SUCH: Final = "There is no sentence of that number."


class Chat:
    """Asks and answers.

    Args:
        engine: Answers.
        out: Where answers are written.
        notes: Where everything else is written.
    """

    def __init__(self, engine: EngineProtocol, out: Console, notes: Console) -> None:
        self.engine = engine
        self.out = out
        self.notes = notes
        self.citations: tuple[Citation, ...] = ()

    def welcome(self, *, token: bool = False) -> None:
        """Print what this is and, without a token, how to get on Discord."""
        if token:
            _say(self.notes, WELCOME, "bold")
            return
        _say(self.notes, NOT_ON_DISCORD, "bold")
        _say(self.notes, f"To go on Discord: {HOW_TO} Then start again.", "dim")

    def talk(self) -> None:
        """Prompt for questions until the input ends."""
        _say(self.notes, f"\n{EXAMPLE}\n{KEYS}")
        try:
            while True:
                line = self.out.input("\n[bold cyan]?[/] ").strip()
                if line.isdecimal():
                    self._show(int(line))
                elif line:
                    self.answer(line)
        except (EOFError, KeyboardInterrupt):
            _say(self.out, "")

    def read(self, lines: Iterable[str]) -> None:
        """Answer each line that is not blank."""
        for count, line in enumerate(line for line in lines if line.strip()):
            if count:
                _say(self.out, "")
            self.answer(line)

    def answer(self, question: str) -> None:
        """Answer one question."""
        if not any(char.isalnum() for char in question):
            _say(self.out, str(NothingAsked()), "yellow")
            return
        try:
            self._print(reply_or_ask(question, lambda: self.engine.ask(question.strip())))
        except FootnoteError as error:
            _say(self.out, str(error), "yellow")
        except Exception as error:
            _say(
                self.out,
                f"Something went wrong. The log says more at the reference {refer(error)}.",
                "yellow",
            )

    def _print(self, answer: Answer | SmallTalk) -> None:
        if isinstance(answer, SmallTalk):
            self.citations, text = (), answer.reply
        else:
            self.citations, text = shown(answer), render(answer)
        _say(self.out, text)

    def _show(self, number: int) -> None:
        if not 0 < number <= len(self.citations):
            _say(self.out, NO_SUCH)
            return
        try:
            context = self.engine.context(self.citations[number - 1].citation_id)
        except FootnoteError as error:
            _say(self.out, str(error), "yellow")
        else:
            self._context(context)

    def _context(self, context: Context) -> None:
        if context.article is None:
            _say(self.out, match_results.of_citation(context))
            return
        sentence = context.article.text[context.start : context.end]
        if context.status != "intact":
            _say(self.out, match_results.of_citation(context))
        before, after = context.before.rstrip(), context.after.lstrip()
        _say(self.out, unwrap(before) + gap(context.before[len(before) :], sentence), end="")
        _say(self.out, unwrap(sentence), "bold", end="")
        _say(self.out, gap(context.after[: len(context.after) - len(after)], after) + unwrap(after))


def _say(console: Console, text: str, style: str = "", end: str = "\n") -> None:
    """Print text as it is, with control characters spelled out."""
    console.print(
        reveal(text), style=style, end=end, markup=False, highlight=False, emoji=False, soft_wrap=True
    )
