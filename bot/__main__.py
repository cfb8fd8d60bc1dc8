"""`footnote-bot`, or `python -m bot`: puts settings, engine and Discord together.

Imports what is heavy only when it is needed.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from index.errors import FootnoteError, UsageError

if TYPE_CHECKING:
    from bot.services.asking import EngineProtocol
    from bot.settings import BotSettings
    from bot.worker import Worker
    from index.settings import IndexSettings

ENV: Final = Path(".env")

app = typer.Typer(
    name="footnote-bot",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_COMMANDS_NOW: Final = {
    "--check": "check",
    "--online": "check --online",
    "--invite": "invite",
    "--backup": "backup FILE|FOLDER",
    "--feedback": "feedback FILE",
}
"""What options of earlier versions are called now."""


def _show_version(wanted: bool) -> None:
    if wanted:
        from index.version import version

        typer.echo(f"footnote-bot {version()}")
        raise typer.Exit


@app.callback(
    invoke_without_command=True,
    epilog="Settings are environment variables, or lines of the file .env; `footnote init` makes it. "
    "Exit codes: 0 stopped or done, 1 expected failure, 2 wrong usage or setting.",
)
def start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Answer questions on Discord, with sentences from the articles.

    Needs an index (`footnote rebuild`) and the token of a Discord bot in `BOT_TOKEN`. Without a command it
    does what `run` does.
    """
    if context.invoked_subcommand is None:
        run()


@app.command()
def run() -> None:
    """Connect to Discord and answer there; without a token, open the chat instead.

    Ctrl-C or SIGTERM stops it, once those who are waiting have their answer.
    """
    bot, index = _settings()
    if bot.token is None:
        _chat(bot, index)
    else:
        _discord(bot, index, bot.token.get_secret_value())


@app.command()
def check(
    online: Annotated[
        bool, typer.Option("--online", help="Also ask Discord; changes nothing there.")
    ] = False,
) -> None:
    """Check the setup, without connecting.

    Exits with 1 if something fails, and with 2 if a setting is wrong.
    """
    from bot.check import examine

    if online:
        from bot.monitoring import logs

        logs.set_up("error")  # what the library would warn about is among the findings
    code = 0
    for finding in examine(open_engine, ENV, online=online):
        typer.echo(str(finding))
        code = max(code, finding.code)
    raise typer.Exit(code)


@app.command()
def invite() -> None:
    """Print the link that invites the bot to a server."""
    from bot.invite import client_id, explained, link

    bot, _ = _settings()
    named = list(bot.guilds or ())
    typer.echo(link(client_id(bot), named[0] if len(named) == 1 else None))
    typer.echo("It asks for the least that works:", err=True)
    for line in explained():
        typer.echo(f"  {line}", err=True)


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help="A new file, or an existing folder.")],
) -> None:
    """Copy the bot's database into one file, while the bot runs."""
    from bot.state import back_up

    bot, _ = _settings()
    typer.echo(str(back_up(bot.state, target)))


@app.command()
def feedback(file: Annotated[Path, typer.Argument(metavar="FILE", help="Overwritten if it exists.")]) -> None:
    """Write the verdicts of members to a file that `footnote evaluate` reads."""
    from contextlib import closing

    from bot.errors import StateError
    from bot.state import Database, State
    from index.files import write_text

    bot, _ = _settings()
    with closing(State(Database.existing(bot.state))) as state:
        lines = list(state.feedback.labelled_questions())
    if not lines:
        raise StateError("No member has given a verdict yet, so nothing was written.")
    try:
        write_text(file, "".join(f"{line}\n" for line in lines))
    except OSError as error:
        raise StateError(f"{file} cannot be written: {error.strerror}.") from error
    counted = "1 verdict" if len(lines) == 1 else f"{len(lines)} verdicts"
    typer.echo(f"Wrote {counted} to {file}", err=True)


@app.command()
def chat() -> None:
    """Ask in the terminal, over the same engine; needs no token.

    When standard input is no terminal, it answers each line and leaves at its end.
    """
    _chat(*_settings())


def main(program: str = "footnote-bot") -> None:
    """Run the command line; expected failures become a sentence and an exit code.

    Args:
        program: What was typed to run it, for the lines on usage.
    """
    for stream in (sys.stdout, sys.stderr):
        # Characters of an answer that the terminal does not have are replaced.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        _refuse_old_option(sys.argv[1:])
        app(prog_name=program)
    except FootnoteError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


def _refuse_old_option(arguments: list[str]) -> None:
    """Name the command that took the place of an option; those stood first, before there were commands."""
    option = arguments[0].partition("=")[0] if arguments else ""
    if option in _COMMANDS_NOW:
        raise UsageError(f"The option {option} is now a command: run `footnote-bot {_COMMANDS_NOW[option]}`.")


def open_engine(settings: IndexSettings) -> EngineProtocol:
    """The engine over the index that the settings name.

    Raises:
        FootnoteError: There is none, or it cannot be used.
    """
    from index.engine import Engine

    return Engine.open(settings)


def _settings() -> tuple[BotSettings, IndexSettings]:
    """All settings, with a warning for each line of `.env` that sets nothing."""
    from bot.settings import BotSettings
    from bot.unknown_settings import misspelt, variables
    from index.settings import IndexSettings, load, read_env

    for line in misspelt(read_env(ENV), variables(BotSettings, IndexSettings)):
        typer.echo(f"Note: {line}", err=True)
    return load(BotSettings), load(IndexSettings)


def _chat(bot: BotSettings, index: IndexSettings) -> None:
    from rich.console import Console

    from bot.monitoring import logs
    from bot.terminal_chat import Chat

    logs.set_up("error" if bot.log_level == "info" else bot.log_level, bot.log_format)
    interactive = sys.stdin.isatty()
    chat = Chat(open_engine(index), Console(), Console(stderr=not interactive))
    chat.welcome(token=bot.token is not None)
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
    from bot.services.encoding import QueuedEncoder
    from bot.shutdown import Stop
    from bot.state import Database, State
    from bot.worker import Worker
    from index.editing import Editing

    with closing(State(Database(bot.state), keep_days=bot.keep_days)) as state:
        engine = open_engine(index)
        worker = Worker(queue=bot.queue, time_limit=bot.time_limit)
        with _leaving_behind(worker):
            editing = Editing.open(index, QueuedEncoder(engine.encoder, worker))
            asyncio.run(
                serve(bot, token, EngineService(engine, worker), state, editing, Stop(bot.stop_seconds))
            )
        editing.close()
        engine.close()


@contextmanager
def _leaving_behind(worker: Worker) -> Iterator[None]:
    """End the process at once if the worker still computes what nobody waits for.

    In an orderly end, the interpreter would destroy what the thread uses, which may crash it.
    """
    from bot.shutdown import end_process

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
    main("python -m bot")
