from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.errors import NothingAsked, Stopping, TooBusy, TooSlow, UnknownCollection
from bot.services.asking import Answering, EngineService, sure
from bot.worker import Worker
from index.errors import IndexMissing, UsageError
from index.types import Answered, Article, BelowThreshold, Declined, Explanation
from tests.bot.stand_in import FERRY, Broken, StandIn, sentences


@asynccontextmanager
async def engine_service(engine: StandIn, time_limit: float = 5) -> AsyncIterator[EngineService]:
    """Runs a engine service until the block is left."""
    worker = Worker(queue=4, time_limit=time_limit)
    service = EngineService(engine, worker)
    try:
        yield service
    finally:
        engine.gate.set()
        service.close()


async def test_questions_go_to_the_engine_with_their_collection() -> None:
    engine = StandIn()
    async with engine_service(engine) as open_service:
        answer = await open_service.ask("When does the last ferry leave?")
        assert isinstance(answer, Answered)
        assert answer.citations[0].text == "The last ferry leaves Gull Island at 6.40 pm."
        assert isinstance(await open_service.ask("The ferry?", "handbook"), Declined)
        assert engine.asked == [("When does the last ferry leave?", None), ("The ferry?", ("handbook",))]


async def test_a_question_without_words_does_not_reach_the_engine() -> None:
    engine = StandIn()
    async with engine_service(engine) as open_service:
        for question in ("", " \n", "?!", "🤷🏽‍♀️"):
            with pytest.raises(NothingAsked, match="in words"):
                await open_service.ask(question)
        assert engine.asked == []
        assert isinstance(await open_service.ask("なぜ?"), Declined)


async def test_an_unknown_collection_is_named_with_those_there_are() -> None:
    async with engine_service(StandIn()) as open_service:
        with pytest.raises(
            UnknownCollection, match=r"no collection with that name\. These exist: handbook, news\."
        ):
            await open_service.ask("The ferry?", "sport")
    async with engine_service(StandIn(Article("top", "Top", "No folder."))) as open_service:
        with pytest.raises(UnknownCollection, match="There are none"):
            await open_service.ask("The ferry?", "sport")


async def test_collections_known_from_before_are_offered_while_the_engine_is_busy() -> None:
    engine = StandIn(Article("top", "Top", "No folder."), Article("news/a", "A", "A."))
    async with engine_service(engine, time_limit=0.05) as open_service:
        assert await open_service.collections() == ["news"]
        waiting = asyncio.create_task(open_service.ask("wait"))
        await asyncio.sleep(0.01)
        open_service.worker.close()
        assert await open_service.collections() == ["news"]
        with pytest.raises(TooSlow):
            await waiting


async def test_failures_of_the_engine_come_through() -> None:
    async with engine_service(Broken(IndexMissing("There is no index."))) as open_service:
        for call in (
            open_service.collections(),
            open_service.warm(),
            open_service.context("x"),
            open_service.ask("trouble"),
        ):
            with pytest.raises(IndexMissing):
                await call
    async with engine_service(StandIn()) as open_service:
        with pytest.raises(UsageError):
            await open_service.context("no receipt")
        await open_service.warm()


async def test_a_place_that_asks_for_more_certainty_is_told_so_and_why() -> None:
    async with engine_service(StandIn()) as open_service:
        asked = await open_service.ask("When does the last ferry leave?")
    assert isinstance(asked, Answered)
    answer = replace(asked, why=Explanation("When does the last ferry leave?", 0.4))
    assert sure(answer, None) is answer
    stricter = sure(answer, 0.8)
    assert isinstance(stricter, Answered)
    assert stricter.why == Explanation("When does the last ferry leave?", 0.8)
    refused = sure(answer, 0.95)
    assert isinstance(refused, Declined)
    assert (refused.candidates, refused.reason) == (answer.candidates, BelowThreshold(0.9, 0.95))
    assert sure(answer, 0.1) == answer


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


async def test_look_ups_do_not_wait_for_answers_and_are_bounded() -> None:
    engine = StandIn()
    async with engine_service(engine) as open_service:
        waiting = [asyncio.create_task(open_service.ask(f"Shall we wait? {n}")) for n in range(5)]
        await asyncio.sleep(0.01)
        with pytest.raises(TooBusy):
            await open_service.ask("One more?")
        assert [each.title for each in await open_service.titles("menti")] == ["Mentions"]
        assert (await open_service.article("handbook/mentions"))[0].title == "Mentions"
        assert [each.id for each in await open_service.articles("menti")] == ["handbook/mentions"]
        assert await open_service.collections(patient=True) == ["handbook", "news"]
        citation = sentences(FERRY)[0]
        assert (await open_service.context(citation.citation_id)).status == "intact"
        assert not any(each.done() for each in waiting)
        engine.gate.set()
        await asyncio.gather(*waiting)

    class Stuck(StandIn):
        def collections(self) -> list[str]:
            assert self.gate.wait(20)
            return super().collections()

    stuck = Stuck()
    async with engine_service(stuck) as open_service:
        asked = [asyncio.create_task(open_service.collections(patient=True)) for _ in range(60)]
        done, pending = await asyncio.wait(asked, timeout=0.1)
        assert len(pending) == 51
        assert all(isinstance(each.exception(), TooBusy) for each in done)
        stuck.gate.set()
        await asyncio.gather(*pending)


async def test_no_look_up_is_taken_once_it_is_closed() -> None:
    async with engine_service(StandIn()) as open_service:
        open_service.close()
        with pytest.raises(Stopping):
            await open_service.article("handbook/mentions")
