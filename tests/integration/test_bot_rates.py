"""Who asks too much is told when to ask again, and what a server allows holds in every way of asking."""

from __future__ import annotations

from bot.features.mention import PRIVATE
from bot.rates import Rates
from bot.render import DECLINED
from bot.state import Place, Rules
from tests.integration.footnote import footnote

QUESTION = "When does the last boat leave?"


async def test_one_question_too_many_is_refused_in_private() -> None:
    async with footnote(rates=Rates(1)) as room:
        await room.ask(QUESTION)
        refused = await room.ask(QUESTION)
        assert "Please ask again <t:" in refused.content
        assert refused.ephemeral
        assert len(room.engine.asked) == 1


async def test_rules_of_a_server_hold_for_commands_mentions_and_suggestions() -> None:
    async with footnote() as room:
        places = room.bot.state.places
        await places.set(Place(room.guild.id), Rules(("handbook",), private=True))
        answer = await room.ask(QUESTION)
        assert (answer.ephemeral, DECLINED in answer.content) == (True, True)
        offered = await room.server.autocomplete(
            room.ana, room.channel, "ask", "collection", "", question="?"
        )
        assert [each["name"] for each in offered] == ["handbook"]
        assert "There are: handbook." in (await room.ask(QUESTION, collection="news")).content
        assert (await room.say(f"{room.server.bot.mention} {QUESTION}")).content == PRIVATE
        await places.set(Place(room.guild.id), Rules(confidence=0.95))
        assert "90%; here it has to be 95%" in (await room.ask(QUESTION)).content
