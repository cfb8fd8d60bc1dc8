"""What becomes of a message's request: attachments with URLs, numbered components, and whom it pings."""

from __future__ import annotations

import copy
import re

from tests.integration.discord_server import errors, permissions
from tests.integration.discord_server.form_components import FILE, GALLERY, THUMBNAIL, walk
from tests.integration.discord_server.model import Channel, Json, Stored, Upload, User
from tests.integration.discord_server.payloads import user_json
from tests.integration.discord_server.world import World

CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


class Composing:
    """Fills in stored messages."""

    def __init__(self, world: World) -> None:
        self.world = world

    def write(self, stored: Stored, payload: Json, files: list[Upload]) -> None:
        """Writes the fields a request names into the message, then works out whom it pings."""
        raw = stored.raw
        if "content" in payload:
            raw["content"] = (payload["content"] or "").strip()
        if "embeds" in payload:
            raw["embeds"] = [{"type": "rich"} | embed for embed in payload["embeds"] or []]
        self._attach(stored, payload, files)
        if "components" in payload:
            raw["components"] = self._with_ids(stored, copy.deepcopy(payload["components"] or []))
        raw |= self._mentions(stored, payload)

    def _attach(self, stored: Stored, payload: Json, files: list[Upload]) -> None:
        listed = payload.get("attachments")
        kept = stored.raw["attachments"]
        if listed is not None:
            ids = {str(each.get("id")) for each in listed}
            kept = [each for each in kept if each["id"] in ids]
        about = {str(each.get("id")): each for each in listed or []}
        added = [self.attachment(stored.channel, each) for each in files]
        for index, each in enumerate(added):
            described = about.get(str(index), {}).get("description")
            each |= {"description": described} if described else {}
        stored.raw["attachments"] = kept + added
        stored.files |= {each.filename: each.data for each in files}

    def attachment(self, channel: Channel, upload: Upload) -> Json:
        """Returns the attachment object of a file, now to be had at its URL."""
        number = self.world.ids.next()
        path = f"/attachments/{channel.id}/{number}/{upload.filename}"
        self.world.files[path] = upload.data
        url = f"{self.world.base_url}/cdn{path}"
        return {
            "id": str(number),
            "filename": upload.filename,
            "size": len(upload.data),
            "url": url,
            "proxy_url": url,
            "content_type": upload.content_type,
        }

    def _with_ids(self, stored: Stored, components: list[Json]) -> list[Json]:
        """Numbers components as Discord does and turns ``attachment://`` references into URLs."""
        urls = {each["filename"]: each["url"] for each in stored.raw["attachments"]}
        for number, each in enumerate(walk(components), start=1):
            each.setdefault("id", number)
            media = [item["media"] for item in each.get("items", [])] if each["type"] == GALLERY else []
            media += [each["media"]] if each["type"] == THUMBNAIL else []
            media += [each["file"]] if each["type"] == FILE else []
            for item in media:
                name = str(item["url"]).removeprefix("attachment://")
                if name != item["url"]:
                    if name not in urls:
                        problem = {
                            "_errors": [{"code": "ATTACHMENT_NOT_FOUND", "message": f"No file {name}"}]
                        }
                        raise errors.ApiError(400, 50035, "Invalid Form Body", {"components": problem})
                    item["url"] = urls[name]
                item |= {"proxy_url": item["url"], "loading_state": 2, "placeholder": ""}
        return components

    def _mentions(self, stored: Stored, payload: Json) -> Json:
        """Returns who is pinged: whom the text mentions, as far as it is allowed to."""
        raw, channel = stored.raw, stored.channel
        allowed = payload.get("allowed_mentions")
        if allowed is None:
            allowed = {
                "parse": ["users"] if stored.interaction else ["users", "roles", "everyone"],
                "replied_user": True,
            }
        parse, guild = allowed.get("parse") or [], channel.guild
        text = "\n".join(
            [raw["content"], *(str(each.get("content", "")) for each in walk(raw["components"]))]
        )
        text = CODE.sub("", text)
        users = [int(each) for each in re.findall(r"<@!?(\d+)>", text)]
        named = {int(each) for each in allowed.get("users") or []}
        pinged = [each for each in users if "users" in parse or each in named]
        replied = self._replied_to(stored)
        if replied is not None and allowed.get("replied_user"):
            pinged.append(replied.id)
        may_ping_all = bool(permissions.in_channel(stored.author, channel) & permissions.MENTION_EVERYONE)
        roles = [
            guild.roles[int(each)]
            for each in re.findall(r"<@&(\d+)>", text)
            if guild and int(each) in guild.roles
        ]
        named_roles = {int(each) for each in allowed.get("roles") or []}
        mentioned = [each for each in roles if "roles" in parse or each.id in named_roles]
        known = [self.world.users[each] for each in dict.fromkeys(pinged) if each in self.world.users]
        return {
            "mentions": [user_json(each) for each in known],
            "mention_roles": [str(each.id) for each in mentioned if each.mentionable or may_ping_all],
            "mention_everyone": "everyone" in parse
            and may_ping_all
            and bool(re.search("@(everyone|here)", text)),
        }

    def _replied_to(self, stored: Stored) -> User | None:
        """Returns the author a reply pings; the author of a response to an interaction is never pinged."""
        reference = stored.raw.get("message_reference")
        if not reference or stored.raw["type"] != 19 or stored.interaction is not None:
            return None
        target = stored.channel.messages.get(int(reference["message_id"]))
        return target.author if target is not None and target.interaction is None else None
