"""The playground of the loopback Discord: lines in, rendered answers out."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from tests.integration.discord_server import DiscordServer
from tests.integration.discord_server.__main__ import play
from tests.integration.discord_server.playground import Playground
from tests.integration.librarian import Librarian, pointed_at, running


async def test_a_member_at_the_keyboard(tmp_path: Path) -> None:
    written: list[str] = []
    loans = tmp_path / "loans.md"
    loans.write_text("Loans last four weeks.")
    async with DiscordServer() as server, pointed_at(server):
        playground = Playground(server, written.append)
        async with running(server, Librarian()):
            for line, expected in (
                ("/ask who founded it?", "Answer to who founded it?"),
                ("/ask question: when? private: true", "(only you)\nAnswer to when?"),
                ("4", "(only you)\nAround sentence 7"),
                ("2", "(edited) (only you)\nLater it is"),
                ("5", "! button 'Source' is a link to https://library.example"),
                ("9", "! there are 5 buttons"),
                ("choose Good", "Thanks for Good"),
                ("choose Great", "! the menu does not offer 'Great'"),
                ("fill Your question: when?", "! no form is open"),
                ("3", "[form 'Follow up' with Your question, Where: use fill]"),
                ("fill Your question: no", "! field 'Your question' takes 3 to 300 characters"),
                ("fill Your question: and when?", "and when? in []"),
                ("", ""),
                ("@bot hello", "You said: @footnote hello"),
                ("reply and then?", "You said: and then?"),
                ("dm hello in private", "You said: hello in private"),
                ("just talking", ""),
                ("menu Ask about this", "About 'just talking'"),
                ("?suggest article: lo", "choices: How loans work"),
                ("/suggest The founding", "[file hours.md, 15 bytes]"),
                (f"/shelf put file: {loans} by: @you", "You put loans.md: Loans last four weeks."),
                ("/shelf", "needs one of"),
                ("/nothing", "! there are ['ask', 'suggest', 'shelf', 'Ask about this']"),
                ("help", "a mention"),
            ):
                written.clear()
                await playground.act(line)
                assert expected in "\n".join(written), line


BOT = """
import os
import discord
import yarl

discord.http.Route.BASE = os.environ["BOT_API_URL"]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["BOT_GATEWAY_URL"])

class Echo(discord.Client):
    async def on_message(self, message):
        if self.user in message.mentions:
            await message.reply("Echo: " + message.clean_content)

Echo(intents=discord.Intents(guilds=True, guild_messages=True)).run(os.environ["BOT_TOKEN"], log_handler=None)
"""


async def test_as_a_program_it_runs_the_bot_until_the_input_ends() -> None:
    command = [sys.executable, "-m", "tests.integration.discord_server", sys.executable, "-c", BOT]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    written, _ = await process.communicate(b"@bot hello from a program\n")
    assert process.returncode == 0
    assert "Echo: @footnote hello from a program" in written.decode()


async def test_it_starts_the_bot_it_is_given_and_says_when_that_fails() -> None:
    written: list[str] = []
    async with DiscordServer() as server:
        code = await play(server, [sys.executable, "-c", "raise SystemExit(3)"], lambda: "", written.append)
        assert code == 3
        assert f"BOT_API_URL={server.api_url}" in written[0]
        assert written[-1] == "the bot did not connect"
