"""The command line of the index: `footnote`, or `python -m index`.

Results go to stdout, progress and notes to stderr.
"""

from __future__ import annotations

import io
import logging
import sys
from typing import Annotated

import typer

from index.cli import asking, building, measuring, reading, starting
from index.cli.common import note, say
from index.errors import FootnoteError

_log = logging.getLogger(__name__)

app = typer.Typer(
    name="index",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from index.version import version

        say(f"footnote {version()}")
        raise typer.Exit


@app.callback(
    epilog="Settings are environment variables, or lines of the file .env; `footnote init` makes it. "
    "Exit codes: 0 done, 1 expected failure, 2 wrong usage."
)
def options(
    debug: Annotated[
        bool, typer.Option("--debug", help="Write the log to stderr, with the traceback of a failure.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Build an index of the articles in `corpus/`, and answer questions from it.

    Begin with `footnote init` in an empty folder, or `footnote rebuild` where there are articles; then ask:
    `footnote ask "How do I add an article?"`

    Every command has its own help: `footnote add --help`
    """
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    log = logging.getLogger("index")
    log.handlers = [handler]
    log.setLevel(logging.DEBUG if debug else logging.WARNING)


for _command in (
    *(starting.init, building.rebuild, building.add, building.remove, building.rollback),
    *(reading.list_articles, reading.show, reading.info, reading.verify, reading.cited),
    *(asking.search, asking.ask, measuring.evaluate, measuring.calibrate),
    *(building.backup, building.restore),
):
    app.command("list" if _command is reading.list_articles else None)(_command)


def main(program: str = "footnote") -> None:
    """Run the command line; every failure becomes one sentence and an exit code.

    Args:
        program: What was typed to run it, for the lines on usage.
    """
    for stream in (sys.stdout, sys.stderr):
        # What programs read is UTF-8 everywhere; a terminal gets "?" for signs that it does not have.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    try:
        app(prog_name=program)
    except FootnoteError as error:
        _log.debug("Failed", exc_info=True)
        note(str(error))
        sys.exit(error.exit_code)
    except SystemExit as leaving:
        if leaving.code == _INTERRUPTED:  # typer says nothing about it
            note("Interrupted. Nothing is left half done; run the command again to go on.")
        raise
    except Exception as error:
        _log.debug("Failed", exc_info=True)
        first = (str(error).strip() or "no message").splitlines()[0].rstrip(".")
        note(
            f"Unexpected {type(error).__name__}: {first}. This is a bug in Footnote or a problem with "
            f"this machine; `{program} --debug …` shows where it happened."
        )
        sys.exit(1)


_INTERRUPTED = 128 + 2  # as shells count signals: SIGINT
