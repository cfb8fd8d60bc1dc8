"""The command line of the index: `python -m index`. Results go to stdout, progress and notes to stderr."""

from __future__ import annotations

import os
import sys

import typer

from index.cli import asking, building, evaluating, reading
from index.errors import FootnoteError

app = typer.Typer(
    name="index",
    help="Builds the index of the articles in corpus/ and answers questions from it.",
    epilog="Start with: python -m index rebuild; then: python -m index ask 'How do I add an article?'",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _commands in (building, reading, asking, evaluating):
    _commands.register(app)


def main() -> None:
    """Run the command line; expected failures become one sentence and an exit code."""
    try:
        app(prog_name="python -m index")
    except FootnoteError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; what was committed before is kept.\n")
        sys.exit(130)
    except BrokenPipeError:
        # the reader went away (`| head`): not a failure of ours, and nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
