"""`/footnote`, for those who manage a server."""

from bot.features.setup.cog import setup

__all__ = ["setup"]
