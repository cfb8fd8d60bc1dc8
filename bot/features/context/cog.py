"""In context shows a cited sentence in its article, part by part; Check says whether it is still there."""

from __future__ import annotations

from bot.context import BotContext, Interaction, bot_of
from bot.discord_io.sending import buttons, defer, respond, update
from bot.features.context.rendering import render_check, render_part
from bot.interactions import take_look
from bot.messages import custom_ids
from bot.messages.question_header import quotation, stressed
from index.types import Context


async def in_context(interaction: Interaction, citation_id: str) -> None:
    """Show a sentence in its paragraph, to the one who pressed."""
    rules = take_look(interaction)
    await defer(interaction)
    words, message = "", interaction.message
    if message is not None:
        action = custom_ids.IN_CONTEXT.encode(citation_id)
        label = next((each.label for each in buttons(message) if each.action == action), "")
        words = quotation(message.content, label)
    context = await bot_of(interaction).engine_service.context(citation_id, words, rules)
    await respond(interaction, render_part(context, citation_id, link=link(context)))


async def turn_page(interaction: Interaction, citation_id: str, number: int) -> None:
    """Show another part of the article, in the same message."""
    rules = take_look(interaction)
    await defer(interaction, update=True)
    context = await bot_of(interaction).engine_service.context(citation_id, rules=rules)
    await update(interaction, render_part(context, citation_id, number, link(context)))


async def check(interaction: Interaction, citation_id: str) -> None:
    """Compare the article as it is now with what was quoted, for the one who pressed."""
    rules = take_look(interaction)
    await defer(interaction)
    words = stressed(interaction.message.content) if interaction.message is not None else ""
    context = await bot_of(interaction).engine_service.context(citation_id, words, rules)
    await respond(interaction, render_check(context, citation_id, link(context)))


def link(context: Context) -> str | None:
    """The address at which the article opens at the sentence."""
    from index.answering.text_fragments import text_fragment_link

    if context.article is None or context.start >= context.end:
        return None
    return text_fragment_link(context.article, context.start, context.end)


async def setup(bot: BotContext) -> None:
    """Add the buttons."""
    bot.on_press(custom_ids.IN_CONTEXT, in_context)
    bot.on_press(custom_ids.PAGE, turn_page)
    bot.on_press(custom_ids.CHECK, check)
