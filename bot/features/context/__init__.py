"""In context shows a cited sentence in its article; Check says whether it still stands."""
