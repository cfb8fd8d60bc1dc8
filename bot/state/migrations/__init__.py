"""How the tables came about, a step each in `versions/`."""
