from __future__ import annotations

from bot.discord_io.views import view
from bot.messages.reply import Button, Reply


async def test_buttons_become_components_that_live_in_the_message_alone() -> None:
    url = "https://saltmere.example/ferry"
    made = view(
        Reply("", (Button("In context", citation_id="3f0c2d91ab.1k.2v.9e41c7"), Button("Open", url=url)))
    )
    assert made is not None
    assert made.timeout is None
    assert made.is_persistent()
    [row] = made.to_components()
    context, link = row["components"]
    assert (context["label"], context["custom_id"]) == ("In context", "context:3f0c2d91ab.1k.2v.9e41c7")
    assert (link["label"], link["url"]) == ("Open", url)
    assert view(Reply("")) is None
