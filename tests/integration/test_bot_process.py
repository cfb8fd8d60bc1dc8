"""The bot as the process that operators start: its sentences, exit codes and signals."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.state import Database, State, Verdict
from index.evaluation import load_questions
from index.version import version
from tests.commands import assert_only_notes
from tests.integration.discord_server import DiscordServer

ROOT = Path(__file__).parents[2]
LAST = "The last ferry leaves Gull Island at 6.40 pm."


def environment(**values: str) -> dict[str, str]:
    """Returns an environment without settings of ours but these."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("BOT_", "INDEX_"))}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "COLUMNS": "200", **values}


def run(
    *arguments: str, cwd: Path, module: str = "bot", stdin: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """Runs the bot to its end; if it succeeds, its stderr has only notes."""
    done = finished(*arguments, cwd=cwd, module=module, stdin=stdin, **settings)
    assert_only_notes(done.returncode, done.stderr)
    return done


def finished(
    *arguments: str, cwd: Path, module: str = "bot", stdin: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """Runs the bot to its end."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=cwd,
        env=environment(**settings),
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def pointing_at(server: DiscordServer) -> dict[str, str]:
    """Returns the settings that point the bot at a server."""
    return {
        "BOT_TOKEN": server.token,
        "BOT_API_URL": server.api_url,
        "BOT_GATEWAY_URL": server.gateway_url,
        "BOT_CDN_URL": server.cdn_url,
    }


@asynccontextmanager
async def started(cwd: Path, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Starts the bot with the small engine."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.with_stand_in"),
        cwd=cwd,
        env=environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_the_process_answers_and_after_sigterm_finishes_and_exits_with_0(tmp_path: Path) -> None:
    async with (
        DiscordServer(heartbeat_interval=0.2) as server,
        started(tmp_path, **pointing_at(server)) as bot,
    ):
        guild = server.add_guild("Reading room")
        channel, ana = server.add_channel(guild), server.add_member(guild, "ana")
        await server.until(lambda: server.commands(guild), within=20, missing="no commands")
        answer = await (await server.slash(ana, channel, "ask", question="The last ferry?")).response()
        assert LAST in answer.content
        before = time.monotonic()
        pondered = await server.slash(ana, channel, "ask", question="Please ponder: the last ferry?")
        said = await server.say(ana, channel, f"{server.bot.mention} ponder the last ferry!")
        await server.until(lambda: pondered.acknowledged, missing="no defer")
        bot.send_signal(signal.SIGTERM)
        assert LAST in (await pondered.response()).content
        assert LAST in (await server.reply_to(said)).content
        assert time.monotonic() - before >= 2
        assert server.longest_silence(before) < 1
        _, log = await asyncio.wait_for(bot.communicate(), 10)
        assert bot.returncode == 0
        text = log.decode()
        assert "Told to stop: finishing" in text
        assert "Left Discord" in text
        assert "Traceback" not in text
        for private in ("ponder", "ferry", str(ana.id), server.token):
            assert private not in text


@pytest.mark.parametrize("code", [0, 1])
async def test_the_process_does_not_wait_for_what_was_given_up(code: int, tmp_path: Path) -> None:
    async with (
        DiscordServer() as server,
        started(tmp_path, **pointing_at(server), BOT_TIME_LIMIT="1") as bot,
    ):
        guild = server.add_guild("Reading room")
        channel, ana = server.add_channel(guild), server.add_member(guild, "ana")
        await server.until(lambda: server.commands(guild), within=20, missing="no commands")
        answer = await (await server.slash(ana, channel, "ask", question="Please brood")).response()
        assert "took too long" in answer.content
        if code:
            await server.close_connections(4004)
        else:
            bot.send_signal(signal.SIGTERM)
        _, log = await asyncio.wait_for(bot.communicate(), 10)
        assert bot.returncode == code
        assert ("may have been reset" in log.decode()) is bool(code)


@pytest.mark.parametrize(
    ("settings", "code", "says"),
    [
        ({"BOT_TOKEN": "another-token"}, 1, "Discord does not know the token in BOT_TOKEN. Open https://"),
        (
            {"BOT_TOKEN": "Bot loopback-token"},
            1,
            "What is set in BOT_TOKEN cannot be a token: it begins with",
        ),
        ({"BOT_API_URL": "http://127.0.0.1:9"}, 1, "interface at http://127.0.0.1:9 cannot be reached"),
        ({"BOT_QUEUE": "many"}, 2, "BOT_QUEUE: "),
        ({"INDEX_THREADS": "-1"}, 2, "INDEX_THREADS: "),
    ],
)
async def test_what_keeps_the_bot_from_starting_is_one_sentence(
    settings: dict[str, str], code: int, says: str, tmp_path: Path
) -> None:
    async with DiscordServer() as server, started(tmp_path, **pointing_at(server) | settings) as bot:
        out, log = await asyncio.wait_for(bot.communicate(), 20)
    last = log.decode().strip().split("\n")[-1]
    assert says in last
    assert "token" not in re.sub(r"BOT_TOKEN|a token|the token|Token", "", last)
    assert "Traceback" not in log.decode()
    assert (out, bot.returncode) == (b"", code)


def test_a_missing_index_is_told_with_what_to_do(tmp_path: Path) -> None:
    for token in ("", "loopback-token"):
        done = run(cwd=tmp_path, BOT_TOKEN=token, BOT_API_URL="http://127.0.0.1:9")
        assert done.returncode == 1
        assert "footnote rebuild" in done.stderr.strip().split("\n")[-1]
        assert "Traceback" not in done.stderr


def test_misspelt_keys_in_the_settings_file_are_named_at_the_start(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BOT_TOKNE=secret-value\n")
    done = run(cwd=tmp_path, module="tests.integration.with_stand_in")
    assert (
        "Note: .env sets BOT_TOKNE, which is no setting of Footnote; did you mean BOT_TOKEN?" in done.stderr
    )
    assert "secret-value" not in done.stderr
    assert done.returncode == 0


def test_without_a_token_each_line_read_is_answered(tmp_path: Path) -> None:
    questions = "The last ferry?\n\n?!\nWho is the president?\nWhy the trouble?\n"
    done = finished(cwd=tmp_path, module="tests.integration.with_stand_in", stdin=questions)
    assert done.returncode == 0
    assert "There is no BOT_TOKEN" in done.stderr
    assert "https://discord.com/developers/applications" in done.stderr
    assert done.stdout.startswith(
        f"“{LAST}” [1]\n\n"
        "[1] Winter timetable for the Gull Island ferry · Saltmere Ferries · 2026-10-01 · news/ferry:51-96\n"
        "    https://saltmere.example/ferry#:~:text=51\n"
        "\nAsk me something in words"
    )
    assert "\n\nNot found. 'president?' occurs in none of 2 articles.\n" in done.stdout
    [reference] = re.findall(r"The log says more at the reference (\w+)\.", done.stdout)
    assert f"[{reference}] ZeroDivisionError" in done.stderr


def hears_interrupts() -> None:
    """Undo what shells do to background jobs, so that the tests may run as one."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_interrupted_it_just_ends(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.integration.with_stand_in"],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=hears_interrupts,
    ) as process:
        assert process.stderr is not None
        assert process.stdin is not None
        assert process.stdout is not None
        assert b"There is no BOT_TOKEN" in process.stderr.readline()
        process.stdin.write(b"The last ferry?\n")
        process.stdin.flush()
        assert LAST.encode() in process.stdout.readline()
        time.sleep(0.5)  # it has started and answered, and waits for the next question
        for _ in range(10):  # Python may miss an interrupt that comes just before it waits
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(2)
                break
        process.kill()  # should it still be there
        assert process.wait() == 130
        assert b"Traceback" not in process.stderr.read()


def test_on_a_terminal_it_is_a_chat(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.with_stand_in"],
        cwd=tmp_path,
        env=environment(TERM="xterm"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, b"The last ferry?\n1\n\x04")
    screen = b""
    with suppress(OSError):  # how a terminal says that the other side is gone
        while chunk := os.read(ours, 1024):
            screen += chunk
    assert process.wait(20) == 0
    os.close(ours)
    text = re.sub(r"\x1b\[[\d;?]*[a-z]", "", screen.decode())
    assert "There is no BOT_TOKEN" in text
    assert f"“{LAST}” [1]" in text
    assert f"2 November 2026. {LAST} Dogs travel free." in text


def test_help_teaches_and_is_quick(tmp_path: Path) -> None:
    before = time.monotonic()
    done = run("--help", cwd=tmp_path)
    assert time.monotonic() - before < 2
    assert done.returncode == 0
    for word in (" check ", " chat ", "BOT_TOKEN", "footnote rebuild", "Exit codes"):
        assert word in done.stdout
    assert "--online" in run("check", "--help", cwd=tmp_path).stdout
    assert run("chekc", cwd=tmp_path).returncode == 2
    assert run("--version", cwd=tmp_path).stdout == f"footnote-bot {version()}\n"


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (("--check", "--online"), "check"),
        (("--online", "--check"), "check --online"),
        (("--invite",), "invite"),
        (("--backup", "monday.db"), "backup FILE|FOLDER"),
        (("--backup=monday.db",), "backup FILE|FOLDER"),
        (("--feedback", "questions.jsonl"), "feedback FILE"),
    ],
)
def test_options_of_earlier_versions_are_refused_with_the_command(
    arguments: tuple[str, ...], command: str, tmp_path: Path
) -> None:
    done = run(*arguments, cwd=tmp_path)
    option = arguments[0].partition("=")[0]
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"The option {option} is now a command: run `footnote-bot {command}`.\n"
    assert not list(tmp_path.iterdir())


async def test_the_chat_opens_without_a_token_and_with_one_where_it_is_asked_for(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        for arguments, settings, has_token in (
            ((), {}, False),
            (("run",), {}, False),
            (("chat",), {}, False),
            (("chat",), pointing_at(server), True),
        ):
            done = await asyncio.to_thread(
                run,
                *arguments,
                cwd=tmp_path,
                module="tests.integration.with_stand_in",
                stdin="The last ferry?\n",
                **settings,
            )
            assert done.returncode == 0
            assert f"“{LAST}” [1]" in done.stdout
            assert ("There is no BOT_TOKEN" in done.stderr) is not has_token
        assert server.requests == []


def test_nothing_heavy_is_imported_before_it_is_needed(tmp_path: Path) -> None:
    code = "import sys, bot.__main__, bot.check, bot.terminal_chat; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"discord", "torch", "faiss", "sentence_transformers", "aiohttp"} & set(done.stdout.split())


def test_check_finds_what_is_wrong_without_connecting(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BOT_TOKNE=x\n")
    done = run("check", cwd=tmp_path, module="tests.integration.with_stand_in")
    assert done.returncode == 2
    assert [line[0] for line in done.stdout.strip().split("\n")] == [
        "✗",
        "✗",
        "⚠",
        "✓",
        "✓",
        "✗",
        "✓",
        "✓",
        "✓",
        "⚠",
    ]
    (tmp_path / ".env").write_text("BOT_TOKEN=loopback-token\nBOT_API_URL=http://127.0.0.1:9\nBOT_GUILDS=7\n")
    (tmp_path / ".env").chmod(0o600)
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "ferry.txt").write_text("Ferry\n\nThe last ferry leaves at 6.40 pm.\n")
    done = run("check", cwd=tmp_path, module="tests.integration.with_stand_in")
    assert done.returncode == 0
    assert [line[0] for line in done.stdout.strip().split("\n")] == ["✓"] * 10


def test_backup_copies_the_bots_database(tmp_path: Path) -> None:
    done = run("backup", "monday.db", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("There is no database of the bot at .footnote/bot.db.")
    Database(tmp_path / ".footnote" / "bot.db").close()
    done = run("backup", "monday.db", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "monday.db\n")
    assert (tmp_path / "monday.db").is_file()
    assert run("backup", "monday.db", cwd=tmp_path).returncode == 2


def test_verdicts_are_written_as_questions_to_evaluate(tmp_path: Path) -> None:
    done = run("feedback", "questions.jsonl", cwd=tmp_path)
    assert (done.returncode, "first start makes it" in done.stderr) == (1, True)
    state = State(Database(tmp_path / ".footnote" / "bot.db"))
    done = run("feedback", "questions.jsonl", cwd=tmp_path)
    assert (done.returncode, "nothing was written" in done.stderr) == (1, True)
    asyncio.run(state.feedback.give(5, Verdict(9, True, False, "Where may I park?")))
    state.close()
    done = run("feedback", "questions.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "Wrote 1 verdict to questions.jsonl\n")
    [question] = load_questions(tmp_path / "questions.jsonl")
    assert (question.question, question.answerable) == ("Where may I park?", False)
    done = run("feedback", ".", cwd=tmp_path)
    assert (done.returncode, "cannot be written" in done.stderr) == (1, True)


def test_invite_prints_the_link_and_explains_it_elsewhere(tmp_path: Path) -> None:
    done = run("invite", cwd=tmp_path, BOT_APPLICATION="4200", BOT_GUILDS="17=news")
    assert done.returncode == 0
    assert done.stdout == (
        "https://discord.com/oauth2/authorize?client_id=4200&scope=bot+applications.commands"
        "&permissions=274877975552&guild_id=17\n"
    )
    assert "Read Message History: to answer as a reply" in done.stderr
    done = run("invite", cwd=tmp_path, BOT_APPLICATION="4200", BOT_GUILDS="17=news;18=*")
    assert "guild_id" not in done.stdout
    done = run("invite", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.strip().split("\n")) == 1
    assert run("invite", cwd=tmp_path, BOT_APPLICATION="Footnote").returncode == 2
