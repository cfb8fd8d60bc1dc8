"""`footnote-bot check`: settings, index, machine and, if it may, Discord."""

from bot.check.setup import examine

__all__ = ["examine"]
