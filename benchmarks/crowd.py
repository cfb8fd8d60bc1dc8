"""Lets 200 members ask at once on a loopback Discord: `python -m benchmarks.crowd` writes docs/benchmarks.md.

The bot runs as operators start it, in a process of its own, with the real model and the articles that come
with Footnote. The measurements are what the members and Discord's gateway see.
"""

from __future__ import annotations

import asyncio
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.document import markdown_table, write_section
from bot.errors import Stopping, TooBusy, TooSlow
from index.evaluation import load_questions
from tests.integration.discord_server import DiscordServer, InteractionRun, NoAnswer

ROOT = Path(__file__).parents[1]
MEMBERS, CHANNELS = 200, 40
"""Each member asks once and each channel hears five of them, so that no rate limit is reached."""
BEAT = 1.0
"""Seconds between heartbeats; Discord asks for one in 41 seconds, which would hide short gaps."""
PATIENCE = 900.0
"""Seconds after which a question without any answer counts as lost."""

SETTINGS: dict[str, dict[str, str]] = {
    "as it comes": {},
    "room for all": {"BOT_QUEUE": str(MEMBERS), "BOT_TIME_LIMIT": "600"},
}
WAIT = tuple(str(each()) for each in (TooBusy, TooSlow, Stopping))


@dataclass
class Outcome:
    """The outcome of the questions of a crowd.

    Attributes:
        answered: Seconds to each answer, declined ones included.
        told: Seconds to each message that asks to try again later.
        lost: How many got nothing, or only a reference to the log.
        silence: The most seconds between two heartbeats.
        before: Peak memory of the bot after its first answer, in MiB.
        after: Peak memory of the bot after all of them.
    """

    answered: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    lost: int = 0
    silence: float = 0.0
    before: float = 0.0
    after: float = 0.0

    def figures(self) -> dict[str, str]:
        """The outcome as cells of the table, by column."""
        return {
            "asked": f"{len(self.answered) + len(self.told) + self.lost}",
            "answered": f"{len(self.answered)}",
            "told to wait": f"{len(self.told)}",
            "lost": f"{self.lost}",
            "p50": _seconds(self.answered, 0.5),
            "p95": _seconds(self.answered, 0.95),
            "told within (p95)": _seconds(self.told, 0.95),
            "longest gap between heartbeats": f"{self.silence:.1f} s",
            "peak memory before": f"{self.before:.0f} MiB",
            "after": f"{self.after:.0f} MiB",
        }


def _seconds(times: Sequence[float], share: float) -> str:
    ranked = sorted(times)
    return f"{ranked[math.ceil(share * len(ranked)) - 1]:.1f} s" if ranked else "–"


def environment(**values: str) -> dict[str, str]:
    """Return the environment of a process, with only these settings of Footnote."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("BOT_", "INDEX_"))}
    return kept | {"PYTHONPATH": str(ROOT), **values}


def indexed(folder: Path) -> dict[str, str]:
    """Index the articles that come with Footnote; return the settings of the index."""
    settings = {"INDEX_CORPUS": str(ROOT / "corpus"), "INDEX_DIR": str(folder / "index")}
    command = [sys.executable, "-m", "index", "rebuild"]
    subprocess.run(command, cwd=folder, env=environment(**settings), check=True, capture_output=True)
    return settings


@asynccontextmanager
async def running(folder: Path, module: str, **settings: str) -> AsyncIterator[int]:
    """Run the bot until the block is left; its log goes to a file.

    Yields:
        The id of its process.
    """
    with (folder / "bot.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module), cwd=folder, env=environment(**settings), stdout=log, stderr=log
        )
        try:
            yield process.pid
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


def peak(process: int) -> float:
    """Return the peak memory of a process so far, in MiB: its `ru_maxrss`."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


async def crowd(
    folder: Path, questions: Sequence[str], *, members: int = MEMBERS, module: str = "bot", **settings: str
) -> Outcome:
    """Let members ask all at once, and wait for the response to each of them.

    Args:
        folder: Where the bot runs.
        questions: Asked in turn.
        members: How many ask.
        module: The module that is run as the bot.
        settings: Environment variables of the bot.
    """
    outcome = Outcome()
    async with DiscordServer(heartbeat_interval=BEAT) as server:
        addresses = {
            "BOT_TOKEN": server.token,
            "BOT_API_URL": server.api_url,
            "BOT_GATEWAY_URL": server.gateway_url,
            "BOT_CDN_URL": server.cdn_url,
        }
        guild = server.add_guild("Reading room")
        channels = [server.add_channel(guild, f"room-{number}") for number in range(CHANNELS)]
        people = [server.add_member(guild, f"member{number}") for number in range(members + 1)]
        addresses["BOT_GUILDS"] = str(guild.id)
        async with running(folder, module, **addresses, **settings) as process:
            await server.until(
                lambda: server.commands(guild), within=120, missing="the bot did not register its commands"
            )
            first = await server.slash(people[members], channels[0], "ask", question=questions[0])
            await first.response(within=120)  # so that the model is loaded
            outcome.before = peak(process)
            begin = time.monotonic()
            runs = [
                await server.slash(
                    people[number],
                    channels[number % CHANNELS],
                    "ask",
                    question=questions[number % len(questions)],
                )
                for number in range(members)
            ]
            await asyncio.gather(*(_follow(run, outcome) for run in runs))
            await asyncio.sleep(2 * BEAT)
            outcome.silence = server.longest_silence(begin - BEAT)
            outcome.after = peak(process)
    return outcome


async def _follow(run: InteractionRun, outcome: Outcome) -> None:
    begin = time.monotonic()
    try:
        answer = await run.response(within=PATIENCE)
    except NoAnswer:
        outcome.lost += 1
        return
    if "by the reference" in answer.content:
        outcome.lost += 1
        return
    (outcome.told if answer.content in WAIT else outcome.answered).append(time.monotonic() - begin)


async def measure(members: int = MEMBERS) -> str:
    """Measure with each of the settings.

    Returns:
        The section for docs/benchmarks.md.
    """
    questions = [each.question for each in load_questions(ROOT / "tests/data/handbook_questions.jsonl")]
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        index = indexed(folder)
        for setting, values in SETTINGS.items():
            outcome = await crowd(folder, questions, members=members, **index, **values)
            rows.append([setting, *outcome.figures().values()])
    text = (
        f"{members} members in {CHANNELS} channels ask at the same moment, on a loopback Discord whose"
        f" gateway wants a heartbeat every {BEAT:g} s. The bot is a process of its own, on the articles that"
        " come with it, and shares the machine with that Discord. *As it comes* has the default settings,"
        " with which 30 questions may wait and the rest are asked to come back; *room for all* lets all of"
        " them wait. Seconds are from the question to its answer, waiting included."
        " Made by `python -m benchmarks.crowd`."
    )
    head = ["settings", *Outcome().figures()]
    return f"## {members} questions at once\n\n{text}\n\n{markdown_table(head, rows)}"


def main(members: int) -> None:
    """Measure and write the section."""
    write_section(Path("docs/benchmarks.md"), "crowd", asyncio.run(measure(members)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MEMBERS)
