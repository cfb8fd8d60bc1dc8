"""`/corpus`, for editors: add, replace and remove articles, undo that, and see what there is."""

from bot.features.corpus.cog import setup

__all__ = ["setup"]
