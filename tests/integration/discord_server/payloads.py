"""Discord's JSON for users, members, roles, channels and guilds."""

from __future__ import annotations

from tests.integration.discord_server import permissions
from tests.integration.discord_server.model import Channel, ChannelKind, Guild, Json, Member, Role, User


def user_json(user: User) -> Json:
    """Returns a user object."""
    return {
        "id": str(user.id),
        "username": user.name,
        "discriminator": "0",
        "global_name": None if user.bot else user.name.title(),
        "avatar": None,
        "bot": user.bot,
        "system": False,
        "public_flags": 0,
    }


def snapshot_json(raw: Json) -> Json:
    """Returns what a message that forwards another has besides its own fields."""
    kept = (
        "type",
        "content",
        "embeds",
        "attachments",
        "timestamp",
        "edited_timestamp",
        "flags",
        "components",
    )
    return {
        "message_reference": {"type": 1, "message_id": raw["id"], "channel_id": raw["channel_id"]},
        "message_snapshots": [{"message": {key: raw[key] for key in kept}}],
    }


def member_json(member: Member, *, with_user: bool = True) -> Json:
    """Returns a guild member object."""
    data: Json = {
        "roles": [str(role.id) for role in member.roles],
        "joined_at": member.joined_at,
        "nick": None,
        "avatar": None,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }
    if with_user:
        data["user"] = user_json(member.user)
    return data


def role_json(role: Role) -> Json:
    """Returns a role object."""
    own = {} if role.bot is None else {"tags": {"bot_id": str(role.bot)}}
    return own | {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(role.permissions),
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "managed": role.bot is not None,
        "mentionable": role.mentionable,
        "flags": 0,
    }


def channel_json(channel: Channel) -> Json:
    """Returns a channel object of the channel's kind."""
    last = str(max(channel.messages)) if channel.messages else None
    data: Json = {"id": str(channel.id), "type": int(channel.kind), "last_message_id": last, "flags": 0}
    if channel.kind is ChannelKind.DM:
        return data | {"recipients": [user_json(channel.recipient)] if channel.recipient else []}
    assert channel.guild is not None
    data |= {
        "guild_id": str(channel.guild.id),
        "name": channel.name,
        "parent_id": str(channel.parent.id) if channel.parent else None,
        "rate_limit_per_user": 0,
    }
    return data | (_thread_json(channel) if channel.is_thread else _text_json(channel))


def _text_json(channel: Channel) -> Json:
    data: Json = {
        "position": 0,
        "topic": None,
        "nsfw": False,
        "permission_overwrites": [
            {"id": str(target), "type": each.kind, "allow": str(each.allow), "deny": str(each.deny)}
            for target, each in channel.overwrites.items()
        ],
        "default_auto_archive_duration": 1440,
    }
    if channel.kind is ChannelKind.FORUM:
        data["available_tags"] = [
            {
                "id": str(tag.id),
                "name": tag.name,
                "moderated": tag.moderated,
                "emoji_id": None,
                "emoji_name": None,
            }
            for tag in channel.tags
        ]
        data |= {"default_reaction_emoji": None, "default_sort_order": None, "default_forum_layout": 0}
    return data


def _thread_json(channel: Channel) -> Json:
    count = len(channel.messages)
    return {
        "owner_id": str(channel.owner.id) if channel.owner else "0",
        "message_count": max(count - 1, 0),
        "total_message_sent": count,
        "member_count": 1,
        "applied_tags": [str(tag.id) for tag in channel.applied],
        "thread_metadata": {
            "archived": channel.archived,
            "auto_archive_duration": 1440,
            "archive_timestamp": channel.created_at,
            "locked": channel.locked,
            "create_timestamp": channel.created_at,
        },
    }


def guild_json(guild: Guild) -> Json:
    """Returns a guild object, without its channels and members."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner.id),
        "roles": [role_json(role) for role in guild.roles.values()],
        "preferred_locale": guild.locale,
        "features": ["COMMUNITY"],
        "emojis": [],
        "stickers": [],
        "icon": None,
        "description": None,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": str(guild.system_channel.id) if guild.system_channel else None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "vanity_url_code": None,
        "max_members": 500_000,
    }


def guild_create_json(guild: Guild, bot: User, *, all_members: bool) -> Json:
    """Returns the data of GUILD_CREATE; without the members intent only the bot's own member is listed."""
    channels = [each for each in guild.channels.values() if not each.is_thread]
    visible = [
        each
        for each in guild.channels.values()
        if each.is_thread and not each.archived and permissions.in_channel(bot, each)
    ]
    listed = [member for member in guild.members.values() if all_members or member.user is bot]
    return guild_json(guild) | {
        "joined_at": guild.joined_at,
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [member_json(member) for member in listed],
        "channels": [channel_json(each) for each in channels],
        "threads": [channel_json(each) for each in visible],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }
