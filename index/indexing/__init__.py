"""From the corpus to the database: what changed, chunks, vectors."""
