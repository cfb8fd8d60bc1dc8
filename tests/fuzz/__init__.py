"""Fuzzers: what reads text from outside, given inputs made by chance.

The test suite runs each of them briefly, with the same inputs every time. `make fuzz SECONDS=60` runs each
for that many seconds with new inputs, and prints a failure as the smallest example that was found.
"""
