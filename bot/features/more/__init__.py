"""More: the sentences after those of an answer."""
