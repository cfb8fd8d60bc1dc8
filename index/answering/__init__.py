"""From ranked sentences to an outcome: citations with context and links, or a reason for declining."""
