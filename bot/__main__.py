"""`python -m bot`: puts settings, engine and Discord together; imports what is heavy only when needed."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from index.errors import FootnoteError

if TYPE_CHECKING:
    from bot.services.asking import EngineProtocol
    from bot.settings import BotSettings
    from bot.worker import Worker
    from index.settings import IndexSettings

ENV: Final = Path(".env")

app = typer.Typer(
    name="bot",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(
    epilog="Settings are environment variables, or lines of the file .env: see .env.example. "
    "Exit codes: 0 told to stop, 1 cannot start, 2 wrong setting."
)
def start(
    check: Annotated[
        bool,
        typer.Option("--check", help="Look for mistakes in the set-up, without connecting, and leave."),
    ] = False,
    online: Annotated[
        bool,
        typer.Option("--online", help="With --check: ask Discord, too. Nothing is changed there."),
    ] = False,
    invite: Annotated[
        bool,
        typer.Option("--invite", help="Print the link that invites the bot to a server, and leave."),
    ] = False,
    backup: Annotated[
        Path | None,
        typer.Option("--backup", metavar="FILE|FOLDER", help="Copy the bot's database, and leave."),
    ] = None,
    feedback: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the verdicts of members to a file that `python -m index evaluate` reads, and leave.",
        ),
    ] = None,
) -> None:
    """Answer questions on Discord, with sentences from the articles.

    Needs an index (`python -m index rebuild`) and the token of a Discord bot in `BOT_TOKEN`. Without a token
    it opens a chat in the terminal, over the same engine; when standard input is no terminal, it answers each
    line and leaves at its end.

    Ctrl-C or SIGTERM stops it, once those who are waiting have their answer.
    """
    if online and not check:
        raise typer.BadParameter("it goes with --check.", param_hint="--online")
    if check:
        raise typer.Exit(_check(online=online))
    bot, index = _settings()
    if invite:
        _invite(bot)
    elif backup is not None:
        _backup(bot, backup)
    elif feedback is not None:
        _feedback(bot, feedback)
    elif bot.token is None:
        _chat(bot, index)
    else:
        _discord(bot, index, bot.token.get_secret_value())


def main() -> None:
    """Run the command line; expected failures become a sentence and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        # An answer holds signs that not every terminal has; those are replaced, not fatal.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app(prog_name="python -m bot")
    except FootnoteError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


def open_engine(settings: IndexSettings) -> EngineProtocol:
    """The engine over the index that the settings name.

    Raises:
        FootnoteError: There is none, or it cannot be used.
    """
    from index.engine import Engine

    return Engine.open(settings)


def _settings() -> tuple[BotSettings, IndexSettings]:
    """All settings, with a warning for each line of `.env` that sets nothing."""
    from bot.dotenv import misspelt, read_keys, variables
    from bot.settings import BotSettings
    from index.settings import IndexSettings, load

    for line in misspelt(read_keys(ENV), variables(BotSettings, IndexSettings)):
        typer.echo(f"Note: {line}", err=True)
    return load(BotSettings), load(IndexSettings)


def _check(*, online: bool) -> int:
    from bot.check import examine

    if online:
        from bot.monitoring import logs

        logs.set_up("error")  # what the library would warn of is among the findings
    code = 0
    for finding in examine(open_engine, ENV, online=online):
        typer.echo(str(finding))
        code = max(code, finding.code)
    return code


def _invite(bot: BotSettings) -> None:
    from bot.invite import client_id, explained, link

    named = list(bot.guilds or ())
    typer.echo(link(client_id(bot), named[0] if len(named) == 1 else None))
    typer.echo("It asks for the least that works:", err=True)
    for line in explained():
        typer.echo(f"  {line}", err=True)


def _backup(bot: BotSettings, target: Path) -> None:
    from bot.state import back_up

    typer.echo(str(back_up(bot.state, target)))


def _feedback(bot: BotSettings, file: Path) -> None:
    from contextlib import closing

    from bot.errors import StateError
    from bot.state import Database, State

    with closing(State(Database.existing(bot.state))) as state:
        lines = list(state.feedback.labelled_questions())
    if not lines:
        raise StateError("No member has given a verdict yet, so nothing was written.")
    try:
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise StateError(f"{file} cannot be written: {error.strerror}.") from error
    counted = "1 verdict" if len(lines) == 1 else f"{len(lines)} verdicts"
    typer.echo(f"Wrote {counted} to {file}", err=True)


def _chat(bot: BotSettings, index: IndexSettings) -> None:
    from rich.console import Console

    from bot.chat import Chat
    from bot.monitoring import logs

    logs.set_up("error" if bot.log_level == "info" else bot.log_level, bot.log_format)
    interactive = sys.stdin.isatty()
    chat = Chat(open_engine(index), Console(), Console(stderr=not interactive))
    chat.welcome()
    if interactive:
        chat.talk()
    else:
        chat.read(sys.stdin)


def _discord(bot: BotSettings, index: IndexSettings, token: str) -> None:
    import asyncio
    from contextlib import closing

    from bot.errors import TokenMalformed
    from bot.monitoring import logs
    from bot.token import HOW_TO, flaw

    wrong = flaw(token, official=bot.official)
    if wrong is not None:
        raise TokenMalformed(f"What is set in BOT_TOKEN cannot be a token: {wrong}. {HOW_TO}")
    logs.set_up(bot.log_level, bot.log_format, questions=bot.log_questions)
    from bot.run import serve
    from bot.services.asking import EngineService
    from bot.state import Database, State
    from bot.stopping import Stop
    from bot.worker import Worker
    from index.editing import Editing

    with closing(State(Database(bot.state), keep_days=bot.keep_days)) as state:
        engine = open_engine(index)
        worker = Worker(queue=bot.queue, time_limit=bot.time_limit)
        with _leaving_behind(worker):
            editing = Editing.open(index, engine.encoder)
            asyncio.run(
                serve(bot, token, EngineService(engine, worker), state, editing, Stop(bot.stop_seconds))
            )
        editing.close()
        engine.close()


@contextmanager
def _leaving_behind(worker: Worker) -> Iterator[None]:
    """Ends the process at once where the worker still computes what nobody waits for.

    To end in good order, the interpreter would take away what the thread works with, which may crash it.
    """
    from bot.stopping import end_process

    code = 0
    try:
        yield
    except FootnoteError as error:
        if not worker.load:
            raise
        typer.echo(str(error), err=True)
        code = error.exit_code
    if worker.load:
        end_process(code)


if __name__ == "__main__":
    main()
