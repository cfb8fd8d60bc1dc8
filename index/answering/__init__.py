"""From ranked units to an answer: which are shown, context, links, and why there is none."""
