"""A playground: try the bot by hand, without a Discord account.

Run ``python -m tests.integration.discord_server python -m bot`` in the repository: it starts the loopback
Discord with one server and one channel, and the command behind it as the bot, with the environment variables
that point it here. Without a command it prints those variables, to start the bot in another terminal. Then
type ``/ask who founded the library?`` or ``@bot who founded the library?``; ``help`` lists the rest, ``quit``
or the end of the input leaves.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Sequence

from tests.integration.discord_server.playground import HELP, PATIENCE, Playground
from tests.integration.discord_server.server import DiscordServer


def environment(server: DiscordServer) -> dict[str, str]:
    """Returns the settings that point the bot at a server and let its guilds use it."""
    return {
        "BOT_GUILDS": ";".join(f"{guild}=*" for guild in server.world.guilds),
        "BOT_TOKEN": server.token,
        "BOT_API_URL": server.api_url,
        "BOT_GATEWAY_URL": server.gateway_url,
        "BOT_CDN_URL": server.cdn_url,
    }


async def play(
    server: DiscordServer, bot: Sequence[str], read: Callable[[], str], write: Callable[[str], None]
) -> int:
    """Runs the playground until the input ends.

    Args:
        server: The running server.
        bot: The command that starts the bot; empty to wait for one started elsewhere.
        read: Returns the next line, empty at the end of the input.
        write: Takes what the member sees.

    Returns:
        The exit code: that of the bot if it did not connect, else 0.
    """
    playground = Playground(server, write)
    settings = environment(server)
    write("\n".join(f"{name}={value}" for name, value in settings.items()))
    write(f"server {playground.guild.id}, channel {playground.channel.id}")
    process = await asyncio.create_subprocess_exec(*bot, env={**os.environ, **settings}) if bot else None
    try:
        if not await _connects(server, process):
            write("the bot did not connect")
            return (process.returncode if process else None) or 1
        write(HELP)
        while (line := await asyncio.to_thread(read)) and line.strip() != "quit":
            await playground.act(line)
        playground.show()
    finally:
        if process is not None and process.returncode is None:
            process.terminate()
            await process.wait()
    return 0


async def _connects(server: DiscordServer, process: asyncio.subprocess.Process | None) -> bool:
    """Waits for the bot: without end for one started elsewhere, as long as it lives for our own."""
    connected = asyncio.create_task(server.connected(PATIENCE * 3 if process else 24 * 3600.0))
    ended = asyncio.create_task(process.wait()) if process else None
    waiting: set[asyncio.Task[object]] = {each for each in (connected, ended) if each is not None}
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    fine = connected.done() and connected.exception() is None
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return fine


async def main(arguments: Sequence[str]) -> int:
    """Parses the command line and plays."""
    parser = argparse.ArgumentParser(prog="python -m tests.integration.discord_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("bot", nargs=argparse.REMAINDER, help="command that starts the bot")
    chosen = parser.parse_args(arguments)

    def write(text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    async with DiscordServer(port=chosen.port) as server:
        return await play(server, chosen.bot, sys.stdin.readline, write)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
