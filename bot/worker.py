"""A thread for slow work, so that the event loop, and with it the gateway's heartbeat, never waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from itertools import count
from queue import PriorityQueue
from typing import Final, Generic, TypeVar

from bot.errors import Stopping, TooBusy, TooSlow

T = TypeVar("T")

_SOON, _IN_TURN, _LAST = range(3)  # priorities
_SPARE: Final = 5  # places for work that is done soon, when the queue is full


class _Job(Generic[T]):
    """A piece of work, and the future of its result."""

    def __init__(self, work: Callable[[], T]) -> None:
        self.work = work
        self.future: Future[T] = Future()

    def do(self) -> None:
        """Do the work, unless it was given up."""
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            result = self.work()
        except BaseException as error:
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class Worker:
    """Does one piece of work after the other, in a thread of its own.

    Args:
        queue: How many pieces may wait besides the one that is being done.
        time_limit: Seconds that one may take, waiting included.
    """

    def __init__(self, *, queue: int, time_limit: float) -> None:
        self.time_limit = time_limit
        self._most = queue + 1
        self._load = 0
        self._called = 0
        self._lock = threading.Lock()
        self._stopping = False
        self._jobs: PriorityQueue[tuple[int, int, Callable[[], None] | None]] = PriorityQueue()
        self._numbers = count()
        # A daemon: work that never ends must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="footnote-worker", daemon=True)
        self._thread.start()

    @property
    def load(self) -> int:
        """How many pieces are waiting or being done."""
        return self._load + self._called

    def call(self, work: Callable[[], T], *, soon: bool = False) -> T:
        """Wait, in a thread, for work to be done among the other pieces, and return its result.

        It takes no place in the queue from those who would be refused one.

        Args:
            work: Called in the thread.
            soon: Whether it is short, and done before all that is waiting.

        Raises:
            Stopping: No more work is taken.
        """
        job = _Job(work)
        with self._lock:
            if self._stopping:
                raise Stopping
            self._called += 1
            self._put(_SOON if soon else _IN_TURN, job.do)
        try:
            return job.future.result()
        finally:
            with self._lock:
                self._called -= 1

    async def do(self, work: Callable[[], T], *, time_limit: float | None = None, soon: bool = False) -> T:
        """Wait for work to be done and return its result; what it raises is raised here.

        Args:
            work: Called in the thread.
            time_limit: Seconds to wait, if not the worker's own limit.
            soon: Whether it is done before all that is waiting.

        Raises:
            Stopping: No more work is taken.
            TooBusy: Too much work is waiting.
            TooSlow: The time is over. Work that has begun goes on, and its result is dropped.
        """
        job = _Job(work)
        self._enter(job.future, self._most + (_SPARE if soon else 0))
        self._put(_SOON if soon else _IN_TURN, job.do)
        try:
            async with asyncio.timeout(self.time_limit if time_limit is None else time_limit) as limit:
                return await asyncio.wrap_future(job.future)
        except TimeoutError:
            if limit.expired():
                raise TooSlow from None
            raise

    def close(self) -> None:
        """Accept no more work; the thread ends when all that is waiting is done."""
        with self._lock:
            self._stopping = True
            self._put(_LAST, None)

    def _put(self, priority: int, job: Callable[[], None] | None) -> None:
        self._jobs.put((priority, next(self._numbers), job))

    def _enter(self, future: Future[T], most: int) -> None:
        if self._stopping:
            raise Stopping
        with self._lock:
            if self._load >= most:
                raise TooBusy
            self._load += 1
        # The place is free again when the work is done, or is given up before it has begun.
        future.add_done_callback(self._leave)

    def _leave(self, _: Future[T]) -> None:
        with self._lock:
            self._load -= 1

    def _run(self) -> None:
        while (job := self._jobs.get()[2]) is not None:
            job()
