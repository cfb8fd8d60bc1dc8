"""The history of the tables, a step each in `versions/`."""
