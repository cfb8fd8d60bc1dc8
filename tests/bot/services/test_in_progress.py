from __future__ import annotations

import asyncio

from bot.services.in_progress import Answering


async def test_finished_waits_for_the_last_one() -> None:
    answering = Answering()
    assert await answering.finished(0.01)
    with answering:
        with answering:
            pass
        assert not await answering.finished(0.01)
        waiting = asyncio.create_task(answering.finished(5))
        await asyncio.sleep(0.01)
        assert not waiting.done()
    assert await waiting
