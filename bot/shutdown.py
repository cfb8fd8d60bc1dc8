"""A deadline for stopping, which holds even if the event loop or a thread is stuck."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from index.errors import FootnoteError

_log = logging.getLogger(__name__)

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
"""The signals that tell the bot to stop."""

_CLOSING: Final = 3.0  # seconds kept for closing connections; at most a quarter of all


def end_process(code: int) -> None:
    """End the process at once, without waiting for threads; what was written to the streams is kept."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


class Stop:
    """The stop of the process, which takes a limited number of seconds.

    The deadline is kept by a thread, so that it bounds all that happens after it has begun: answers in
    progress, connections that do not close, tasks that swallow their cancellation, look-ups of names, and the
    interpreter's own waiting for threads. Nothing is lost then: databases commit before they report.

    Args:
        seconds: How long the stop may take.
        end: Ends the process with an exit code.
    """

    def __init__(self, seconds: float, end: Callable[[int], None] = end_process) -> None:
        self.seconds = seconds
        self._end = end
        self._timer: threading.Timer | None = None
        self._deadline = 0.0

    @property
    def remaining(self) -> float:
        """Seconds that answers in progress may still take, once the stop has begun."""
        closing = min(_CLOSING, self.seconds / 4)
        return max(0.0, self._deadline - closing - time.monotonic())

    def begin(self, error: BaseException | None = None) -> None:
        """Start the deadline; a further call changes nothing.

        Args:
            error: Why the bot stops; None if it was told to.
        """
        if self._timer is not None:
            return
        self._deadline = time.monotonic() + self.seconds
        self._timer = threading.Timer(self.seconds, self._give_up, [error])
        self._timer.daemon = True
        self._timer.start()

    def finish(self) -> None:
        """Cancel the deadline: the process has stopped in time."""
        if self._timer is not None:
            self._timer.cancel()

    def _give_up(self, error: BaseException | None) -> None:
        _log.warning("Stopping takes more than %g seconds, so the process ends here", self.seconds)
        if isinstance(error, FootnoteError):
            sys.stderr.write(f"{error}\n")
        self._end(error.exit_code if isinstance(error, FootnoteError) else int(error is not None))
