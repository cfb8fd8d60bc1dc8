"""Building blocks of a message: escaping, layout, sources, answers."""
