"""What fuzzers draw: text of hostile pieces, and real files with damage."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Final

from hypothesis import strategies as st

from tests.hostile import PIECES
from tests.index.convert.test_docx import docx, par
from tests.index.pdf_maker import Print, make_pdf

ROOT: Final = Path(__file__).parents[2]

texts: Final = st.lists(
    st.one_of(st.sampled_from(PIECES), st.text(st.characters(codec="utf-8"), max_size=12)), max_size=40
).map("".join)
"""Text of up to some 500 characters."""

_ARTICLES: Final = [path.read_bytes()[:6000] for path in sorted((ROOT / "corpus").rglob("*.md"))[:6]]
_PAGE: Final = (
    "<!doctype html><html lang=en><head><title>Opening hours | Saltmere library</title>"
    "<meta property='article:published_time' content='2026-09-03'></head><body><nav><a href=/>Home</a></nav>"
    "<article><h1>Opening hours</h1><p>The library opens at <b>ten</b>. It closes at four.</p>"
    "<ul><li>Bring your card.<li>Dogs may come in.</ul>"
    "<table><tr><th>Day<th>Hours<tr><td>Sunday<td>10–4</table>"
    "<pre>renew --all</pre></article><footer>© Saltmere</footer></body></html>"
).encode()
_DOCX: Final = docx(par("Opening hours"), par("The library opens at ten. It closes at four."))
_PDF: Final = make_pdf(
    [[Print("Opening hours", 760, size=18, face="bold"), Print("The library opens at ten.", 730)]] * 2,
    info={"Title": "Opening hours"},
)

_DAMAGE: Final = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 40),
        st.one_of(st.binary(max_size=8), st.sampled_from(PIECES).map(str.encode)),
        st.integers(1, 30),
    ),
    max_size=6,
)
"""Where, how many bytes go, what comes in their place, and how often."""


def _damaged(whole: bytes, damage: list[tuple[float, int, bytes, int]]) -> bytes:
    for place, gone, piece, times in damage:
        at = int(place * len(whole))
        whole = whole[:at] + piece * times + whole[at + gone :]
    return whole


def _damaged_part(name: str, damage: list[tuple[float, int, bytes, int]]) -> bytes:
    """The DOCX with damage inside one of its files, in an archive that is sound."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_DOCX)) as whole, zipfile.ZipFile(made, "w") as other:
        for entry in whole.namelist():
            part = whole.read(entry)
            other.writestr(entry, _damaged(part, damage) if entry == name else part)
    return made.getvalue()


articles: Final = st.builds(_damaged, st.sampled_from(_ARTICLES), _DAMAGE)
pages: Final = st.builds(_damaged, st.just(_PAGE), _DAMAGE)
pdfs: Final = st.builds(_damaged, st.just(_PDF), _DAMAGE)
docxs: Final = st.one_of(
    st.builds(_damaged, st.just(_DOCX), _DAMAGE),
    st.builds(_damaged_part, st.sampled_from(sorted(zipfile.ZipFile(io.BytesIO(_DOCX)).namelist())), _DAMAGE),
)
