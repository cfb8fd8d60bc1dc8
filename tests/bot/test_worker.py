from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import pytest

from bot.errors import Stopping, TooBusy, TooSlow
from bot.worker import Worker


@asynccontextmanager
async def working(queue: int = 2, time_limit: float = 5) -> AsyncIterator[Worker]:
    """Runs a worker until the block is left."""
    worker = Worker(queue=queue, time_limit=time_limit)
    try:
        yield worker
    finally:
        worker.close()


class Gate:
    """Work that is done when it is let through."""

    def __init__(self) -> None:
        self.entered, self.open = threading.Event(), threading.Event()

    def __call__(self) -> str:
        self.entered.set()
        assert self.open.wait(5)
        return "through"

    async def wait(self) -> None:
        await asyncio.to_thread(self.entered.wait, 5)


async def test_work_is_done_in_one_thread_in_order() -> None:
    async with working(queue=9) as worker:
        done: list[tuple[int, str]] = []

        def work(number: int) -> Callable[[], int]:
            def append() -> int:
                done.append((number, threading.current_thread().name))
                return number

            return append

        results = await asyncio.gather(*(worker.do(work(number)) for number in range(5)))
        assert results == list(range(5))
        assert done == [(number, "footnote-worker") for number in range(5)]
        assert worker.load == 0


async def test_what_work_raises_is_raised_where_it_is_awaited() -> None:
    async with working() as worker:
        for error in (KeyError("lost"), TimeoutError("of its own"), SystemExit(3)):

            def fail(error: BaseException = error) -> None:
                raise error

            with pytest.raises(type(error)) as caught:
                await worker.do(fail)
            assert str(caught.value) == str(error)
        assert await worker.do(lambda: "still there") == "still there"


async def test_a_full_queue_refuses_at_once_and_takes_more_when_there_is_room() -> None:
    async with working(queue=1) as worker:
        gate = Gate()
        first = asyncio.create_task(worker.do(gate))
        await gate.wait()
        second = asyncio.create_task(worker.do(lambda: "second"))
        await asyncio.sleep(0)
        with pytest.raises(TooBusy, match="Too many questions are waiting"):
            await worker.do(lambda: "third")
        assert worker.load == 2
        gate.open.set()
        assert (await first, await second) == ("through", "second")
        assert await worker.do(lambda: "fourth") == "fourth"


async def test_the_time_limit_counts_waiting_and_frees_the_place() -> None:
    async with working(queue=1, time_limit=0.05) as worker:
        gate = Gate()
        called: list[str] = []
        with pytest.raises(TooSlow, match="took too long"):
            await worker.do(gate)
        with pytest.raises(TooSlow):
            await worker.do(lambda: called.append("late"))
        assert worker.load == 1  # the work that has begun cannot be stopped
        gate.open.set()
        assert await worker.do(lambda: "next", time_limit=5) == "next"
        assert called == []


async def test_the_loop_runs_on_while_work_blocks_its_thread() -> None:
    async with working() as worker:
        task = asyncio.create_task(worker.do(lambda: time.sleep(0.2)))
        beats = 0
        while not task.done():
            await asyncio.sleep(0.01)
            beats += 1
        assert beats >= 10


async def test_closing_finishes_what_waits_and_takes_no_more() -> None:
    worker = Worker(queue=2, time_limit=5)
    gate = Gate()
    first = asyncio.create_task(worker.do(gate))
    second = asyncio.create_task(worker.do(lambda: "second"))
    await gate.wait()
    worker.close()
    with pytest.raises(Stopping, match="when I am back"):
        await worker.do(lambda: "third")
    gate.open.set()
    assert (await first, await second) == ("through", "second")
    await asyncio.to_thread(worker._thread.join, 5)
    assert not worker._thread.is_alive()


async def test_work_that_never_ends_keeps_the_place_but_not_the_process() -> None:
    async with working(queue=0, time_limit=0.02) as worker:
        gate = Gate()
        with pytest.raises(TooSlow):
            await worker.do(gate)
        assert worker.load == 1
        assert worker._thread.daemon
        gate.open.set()


async def test_threads_can_wait_for_work_without_taking_a_place_in_the_queue() -> None:
    async with working(queue=0) as worker:
        gate = Gate()
        called = asyncio.create_task(asyncio.to_thread(worker.call, gate))
        await gate.wait()
        assert worker.load == 1
        asked = asyncio.create_task(worker.do(lambda: threading.current_thread().name))
        await asyncio.sleep(0)
        assert worker.load == 2
        gate.open.set()
        assert (await called, await asked) == ("through", "footnote-worker")

        def fail() -> None:
            raise KeyError("lost")

        with pytest.raises(KeyError, match="lost"):
            await asyncio.to_thread(worker.call, fail)
        assert worker.load == 0
    with pytest.raises(Stopping):
        worker.call(gate)


async def test_short_work_is_done_before_what_waits_and_has_places_of_its_own() -> None:
    async with working(queue=1) as worker:
        gate, done = Gate(), list[str]()
        first = asyncio.create_task(worker.do(gate))
        await gate.wait()
        second = asyncio.create_task(worker.do(lambda: done.append("second")))
        await asyncio.sleep(0)
        soon = [
            asyncio.create_task(worker.do(partial(done.append, f"soon {n}"), soon=True)) for n in range(5)
        ]
        await asyncio.sleep(0)
        called = asyncio.create_task(
            asyncio.to_thread(worker.call, partial(done.append, "called"), soon=True)
        )
        with pytest.raises(TooBusy):
            await worker.do(lambda: None, soon=True)
        await asyncio.sleep(0.1)
        assert worker.load == 8
        gate.open.set()
        await asyncio.gather(first, second, *soon, called)
        assert done == [*(f"soon {n}" for n in range(5)), "called", "second"]


async def test_what_waits_is_done_before_the_thread_ends() -> None:
    async with working(queue=2) as worker:
        gate = Gate()
        first = asyncio.create_task(worker.do(gate))
        await gate.wait()
        waiting = asyncio.create_task(worker.do(lambda: "done"))
        await asyncio.sleep(0)
        worker.close()
        gate.open.set()
        assert (await first, await waiting) == ("through", "done")
