"""Makes small PDFs by hand: text at places, in the three standard faces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

FACES = {"plain": "Helvetica", "bold": "Helvetica-Bold", "mono": "Courier"}


class Print(NamedTuple):
    text: str
    y: float
    x: float = 72
    size: float = 11
    face: str = "plain"


def make_pdf(pages: Sequence[Sequence[Print]], info: dict[str, str] | None = None) -> bytes:
    """A PDF with these pages; `info` becomes its properties."""
    fonts = " ".join(f"/{name} {number} 0 R" for number, name in enumerate(FACES, start=3))
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects += [
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{face} /Encoding /WinAnsiEncoding >>".encode()
        for face in FACES.values()
    ]
    kids = []
    for page in pages:
        content = b"\n".join(
            b"BT /%b %.1f Tf 1 0 0 1 %.1f %.1f Tm (%b) Tj ET"
            % (one.face.encode(), one.size, one.x, one.y, escaped(one.text))
            for one in page
        )
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content))
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << %b >> >> >>" % (len(objects), fonts.encode())
        )
    refs = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<< /Type /Pages /Kids [{refs}] /Count {len(kids)} >>".encode()
    trailer = b""
    if info:
        pairs = b" ".join(b"/%b (%b)" % (key.encode(), escaped(value)) for key, value in info.items())
        objects.append(b"<< %b >>" % pairs)
        trailer = b"/Info %d 0 R" % len(objects)
    data = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(data)
    size = len(objects) + 1
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, trailer, start)
    )


def escaped(text: str) -> bytes:
    data = text.encode("cp1252")
    return data.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def column(text: str, top: float, *, x: float = 72, size: float = 11, step: float = 14) -> list[Print]:
    """The lines of a text, one below the other."""
    return [Print(line, top - number * step, x, size) for number, line in enumerate(text.split("\n"))]
