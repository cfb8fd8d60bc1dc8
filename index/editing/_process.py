"""Runs a function in a process of its own, below the priority of the process that answers.

A thread would not do: while it segments or compares a long article it holds the interpreter's lock, and
questions wait. The model stays where it is. The function gets an encoder that asks for each text, so that no
second model takes memory.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final, TypeVar, cast

from index.errors import StoreError
from index.types import Encoder, Tokens, Vectors

T = TypeVar("T")

TIME_LIMIT: Final = 600.0
"""Seconds that a function may take."""

_NICE: Final = 10
_LEAVING: Final = 1.0  # seconds that the process may take to end once it has a result
_ENCODER, _RESULT, _ERROR = "encoder", "result", "error"


def run_apart(function: Callable[..., T], *arguments: object, encoder: Encoder | None = None) -> T:
    """Call a function in a process of its own and return its result.

    Args:
        function: Defined at the top level of a module.
        arguments: What it is called with. They are pickled, and so is the result.
        encoder: If there is one, the function gets it as its first argument. Its methods are called here,
            in the thread that called `run_apart`.

    Raises:
        StoreError: The function took too long, or its process was killed or could not be started.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    fingerprint = None if encoder is None else encoder.fingerprint
    process = context.Process(target=_main, args=(theirs, fingerprint, function, arguments), daemon=True)
    with ours:
        try:
            process.start()
        except OSError as error:
            raise StoreError(f"No process can be started ({error.strerror}). Try again later.") from error
        finally:
            theirs.close()
        try:
            result = _serve(ours, encoder)
            process.join(_LEAVING)
            return cast("T", result)
        except (EOFError, ConnectionError):
            process.join()
            raise StoreError(
                "The process that was to read or change the articles has ended "
                f"(exit code {process.exitcode}); perhaps there is not enough memory. Try again."
            ) from None
        finally:
            process.kill()
            process.join()
            process.close()


def _serve(connection: Connection, encoder: Encoder | None) -> object:
    """Answer what the process asks of the encoder, until it has a result."""
    deadline = time.monotonic() + TIME_LIMIT
    while connection.poll(max(0.0, deadline - time.monotonic())):
        kind, value = connection.recv()
        if kind == _RESULT:
            return value
        if kind == _ERROR:
            raise value
        name, arguments = value
        asked = getattr(encoder, name)
        connection.send(asked(*arguments) if callable(asked) else asked)
    raise StoreError(f"That takes more than {TIME_LIMIT:.0f} seconds. Use the command line instead.")


def _main(
    connection: Connection,
    fingerprint: str | None,
    function: Callable[..., object],
    arguments: tuple[object, ...],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the parent decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(OSError):  # Linux: should memory run out, this process is the one to be killed
        Path("/proc/self/oom_score_adj").write_text("1000")
    with suppress(AttributeError):  # Windows
        os.nice(_NICE)
    encoder = () if fingerprint is None else (_RemoteEncoder(connection, fingerprint),)
    try:
        outcome: tuple[str, object] = _RESULT, function(*encoder, *arguments)
    except Exception as error:
        error.add_note(traceback.format_exc())
        outcome = _ERROR, error
    connection.send(outcome)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


class _RemoteEncoder:
    """The encoder of the process that waits for this one.

    Args:
        connection: To that process.
        fingerprint: Of the encoder.
    """

    def __init__(self, connection: Connection, fingerprint: str) -> None:
        self._connection = connection
        self.fingerprint = fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return cast("int", self._ask("dimension"))

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text the model reads."""
        return cast("int", self._ask("max_tokens"))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text."""
        return cast("list[int]", self._ask("count_tokens", texts))

    def encode_documents(
        self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """Encode texts to be found; `on_batch` is called once, with their number."""
        vectors = cast("Vectors", self._ask("encode_documents", texts))
        if on_batch is not None:
            on_batch(len(texts))
        return vectors

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions."""
        return cast("Vectors", self._ask("encode_queries", texts))

    def encode_tokens(self, texts: Sequence[str], *, query: bool = False) -> list[Tokens]:
        """Encode every token of each text."""
        return cast("list[Tokens]", self._ask("encode_tokens", texts))

    def _ask(self, name: str, *arguments: object) -> object:
        self._connection.send((_ENCODER, (name, arguments)))
        return self._connection.recv()
