"""Footnote on Discord, and as a chat in the terminal: a thin shell over `index.Engine`."""
