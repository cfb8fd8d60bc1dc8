"""A cited sentence in its article, and whether it is still there."""

from bot.features.context.cog import setup

__all__ = ["setup"]
