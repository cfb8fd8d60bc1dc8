"""Text: sentences, words, markup, and what two texts have in common."""
