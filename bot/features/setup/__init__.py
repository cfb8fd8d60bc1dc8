"""`/footnote setup`: how questions are answered in a server and its channels."""
