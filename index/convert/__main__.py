"""`python -m index.convert`: the sandboxed process, which `index.convert` starts."""

from __future__ import annotations

from index.convert._conversion import make_article
from index.convert._sandbox import serve

if __name__ == "__main__":
    serve(make_article)
