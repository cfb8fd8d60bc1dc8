"""Measures of Footnote; each writes its own section of `docs/benchmarks.md`."""
