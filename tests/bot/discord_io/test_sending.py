from __future__ import annotations

from bot.discord_io.sending import buttons_view
from bot.messages import custom_ids
from bot.messages.reply import Button, Reply


async def test_buttons_become_components_that_live_in_the_message_alone() -> None:
    url = "https://saltmere.example/ferry"
    action = custom_ids.IN_CONTEXT.encode("3f0c2d91ab.1k.2v.9e41c7")
    made = buttons_view(Reply("", (Button("In context", action=action), Button("Open", url=url))))
    assert made is not None
    assert made.timeout is None
    assert made.is_persistent()
    [row] = made.to_components()
    context, link = row["components"]
    assert (context["label"], context["custom_id"]) == ("In context", "context:3f0c2d91ab.1k.2v.9e41c7")
    assert (link["label"], link["url"]) == ("Open", url)
    assert buttons_view(Reply("")) is None
