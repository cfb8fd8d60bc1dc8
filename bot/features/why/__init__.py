"""Why this?: what an answer, or a no, rests on."""
