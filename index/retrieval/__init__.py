"""From a question to passages: what it asks, dense and lexical search, fusion."""
