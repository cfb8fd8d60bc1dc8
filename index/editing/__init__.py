"""Editing articles from elsewhere than the command line: preview, publish, remove, undo."""

from index.editing._editing import Change, CorpusOverview, Editing
from index.editing._preview import Conflict, Preview, Twin

__all__ = ["Change", "Conflict", "Editing", "Preview", "CorpusOverview", "Twin"]
