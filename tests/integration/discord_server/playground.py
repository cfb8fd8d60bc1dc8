"""A member at a keyboard: lines of text in, what the bot shows out."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.integration.discord_server.errors import ApiError, NoAnswer, Refused
from tests.integration.discord_server.form_commands import CHAT, GROUP, INTEGER, NUMBER, SUBCOMMAND
from tests.integration.discord_server.form_components import LABEL
from tests.integration.discord_server.invoking import ATTACHMENT, BOOLEAN, USER
from tests.integration.discord_server.model import Channel, Json, Upload
from tests.integration.discord_server.run import InteractionRun
from tests.integration.discord_server.server import DiscordServer
from tests.integration.discord_server.view import Message

PATIENCE = 20.0  # seconds to wait for the bot

HELP = """\
/ask who founded the library?         a slash command; without names the text is its first option
/ask question: who? private: true     with names, as in Discord
?ask collection: han                  the choices offered while typing the last option
@bot who founded the library?         a mention
dm who founded the library?           a direct message
reply and when?                       a reply to the bot's last message, pinging it
menu Ask about this                   an app from the menu of your last message
1                                     press button 1 of the bot's last message with buttons
choose Good                           choose in the menu of the bot's last message with one
fill Your question: and when?         fill in the form that a button opened, fields divided by ;
anything else                         a message that does not mention the bot
help, quit                            an empty line shows what is new"""


class Playground:
    """Furnishes a server with a guild, a channel and a member, and lets lines of text act as the member.

    Args:
        server: The running server.
        write: Takes what the member sees, a line or more at a time.
    """

    def __init__(self, server: DiscordServer, write: Callable[[str], None]) -> None:
        self.server = server
        self.write = write
        self.guild = server.add_guild("Playground")
        self.channel: Channel = server.add_channel(self.guild, "general")
        self.member = server.add_member(self.guild, "you", permissions=1 << 5)
        self._last_run: InteractionRun | None = None
        self._shown: dict[int, str] = {}

    async def act(self, line: str) -> None:
        """Does what a line says, waits for the bot's answer and writes what is new."""
        try:
            await self._act(line.strip())
        except (NoAnswer, Refused, ApiError, OSError) as error:
            self.write(f"! {error}")
        self.show()

    async def _act(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        verbs: dict[str, Callable[[str], Awaitable[None]]] = {
            "dm": lambda text: self._say(self.server.dm(self.member), text),
            "reply": lambda text: self._say(self.channel, text, reply_to=self._latest(of_bot=True)),
            "menu": self._menu,
            "choose": self._choose,
            "fill": self._fill,
        }
        if word in verbs and rest:
            await verbs[word](rest)
        elif line.startswith("/"):
            name, options = await self._parse(line[1:])
            await self._answer(await self.server.slash(self.member, self.channel, name, **options))
        elif line.startswith("?"):
            await self._choices(line[1:])
        elif line.startswith("@"):
            await self._say(self.channel, f"{self.server.bot.mention} {rest}")
        elif line.isdecimal():
            await self._press(int(line))
        elif line == "help":
            self.write(HELP)
        elif line:
            await self.server.say(self.member, self.channel, line)

    async def _say(self, channel: Channel, text: str, reply_to: Message | None = None) -> None:
        said = await self.server.say(self.member, channel, text, reply_to=reply_to)
        await self.server.reply_to(said, PATIENCE)

    async def _answer(self, run: InteractionRun) -> None:
        self._last_run = run
        await run.until(lambda: run.modal_form or run.settled, PATIENCE, "no answer")
        if run.modal_form:
            fields = [_label(each) for each in run.modal_form["components"]]
            self.write(f"[form {run.modal_form['title']!r} with {', '.join(fields)}: use fill]")

    async def _menu(self, name: str) -> None:
        await self._answer(await self.server.context_menu(name, self.member, self._latest(of_bot=False)))

    async def _press(self, number: int) -> None:
        message = self._latest(of_bot=True, has=lambda each: bool(each.buttons))
        if not 1 <= number <= len(message.buttons):
            raise Refused(f"there are {len(message.buttons)} buttons")
        button = message.buttons[number - 1]
        await self._answer(await self.server.press(self.member, message, button.custom_id or button.label))

    async def _choose(self, value: str) -> None:
        message = self._latest(of_bot=True, has=lambda each: bool(each.selects))
        await self._answer(await self.server.choose(self.member, message, value))

    async def _fill(self, text: str) -> None:
        if self._last_run is None or self._last_run.modal_form is None:
            raise Refused("no form is open")
        parts = [part.partition(":") for part in text.split(";")]
        values = {name.strip(): value.strip() for name, _, value in parts}
        await self._answer(await self.server.submit_modal(self.member, self._last_run, values))

    async def _choices(self, line: str) -> None:
        name, options = await self._parse(line)
        option = next(reversed(options), "")
        typed = str(options.pop(option, ""))
        found = await self.server.autocomplete(self.member, self.channel, name, option, typed, **options)
        self.write("choices: " + (", ".join(each["name"] for each in found) or "none"))

    # --- reading commands ---

    async def _parse(self, line: str) -> tuple[str, dict[str, Any]]:
        """Returns the command's full name and its options."""
        await self.server.connected(PATIENCE)
        words = line.split()
        found = self.server.invoking.find(self.member, self.channel, words[0] if words else "", CHAT)
        if found is None:
            raise Refused(f"there are {self.server.invoking.offered(self.member, self.channel)}")
        path, node = [found["name"]], found
        rest = line.partition(" ")[2].strip()
        while any(each["type"] in (SUBCOMMAND, GROUP) for each in node.get("options") or []):
            word, _, rest = rest.partition(" ")
            node = next((each for each in node["options"] if each["name"] == word), {})
            path.append(word)
        return " ".join(path), self._options(node.get("options") or [], rest)

    def _options(self, declared: list[Json], text: str) -> dict[str, Any]:
        names = "|".join(re.escape(each["name"]) for each in declared)
        if not text or not names:
            return {}
        if not re.search(rf"(?:^|\s)(?:{names}):", text):
            text = f"{declared[0]['name']}: {text}"
        parts = re.split(rf"(?:^|\s)({names}):\s*", text)
        given = dict(zip(parts[1::2], parts[2::2], strict=True))
        return {
            each["name"]: self._value(each, given[each["name"]]) for each in declared if each["name"] in given
        }

    def _value(self, option: Json, text: str) -> Any:
        kind = option["type"]
        if kind == BOOLEAN:
            return text.lower() in ("true", "yes", "1")
        if kind in (INTEGER, NUMBER) and re.fullmatch(r"-?\d+(\.\d+)?", text):
            return int(text) if kind == INTEGER else float(text)
        if kind == ATTACHMENT:
            path = Path(text).expanduser()
            return Upload(path.name, path.read_bytes())
        if kind == USER:
            return next(
                (each for each in self.server.world.users.values() if each.name == text.lstrip("@")), text
            )
        return text

    # --- showing ---

    def _latest(self, *, of_bot: bool, has: Callable[[Message], bool] = lambda each: True) -> Message:
        own = [each for each in self._visible() if (each.author_id == self.server.bot.id) == of_bot]
        found = [each for each in own if has(each)]
        if not found:
            raise Refused("there is no such message yet")
        return found[-1]

    def _visible(self) -> list[Message]:
        channels = (self.channel, self.server.dm(self.member))
        found = [each for channel in channels for each in self.server.messages(channel, seen_by=self.member)]
        return sorted(found, key=lambda each: each.id)

    def show(self) -> None:
        """Writes the bot's messages that are new or changed since the last time."""
        for each in self._visible():
            text = render(each)
            if each.author_id == self.server.bot.id and self._shown.get(each.id) != text:
                self.write(("(edited) " if each.id in self._shown else "") + text)
                self._shown[each.id] = text


def render(message: Message) -> str:
    """Returns a message as text: its privacy, contents, files and numbered buttons."""
    lines = ["(only you)"] if message.ephemeral else []
    lines.append("(thinking)" if message.loading else message.text)
    lines += [f"[file {each['filename']}, {each['size']} bytes]" for each in message.attachments]
    lines += [f"[preview of {each}]" for each in message.previews]
    for number, each in enumerate(message.buttons, start=1):
        target = f" -> {each.url}" if each.url else ""
        lines.append(f"[{number}] {each.label}{target}{' (disabled)' if each.disabled else ''}")
    for menu in message.selects:
        options = ", ".join(option["label"] for option in menu.get("options", []))
        lines.append(f"[choose] {menu.get('placeholder') or ''} {options}")
    return "\n".join(line for line in lines if line)


def _label(part: Json) -> str:
    if part["type"] == LABEL:
        return str(part["label"])
    return str((part.get("components") or [{}])[0].get("label") or "text")
