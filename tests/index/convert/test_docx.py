import io
import zipfile

import pytest

from index.convert import convert
from index.errors import ConversionFailed

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = {
    "Title": "Title",
    "Heading1": "heading 1",
    "Heading2": "heading 2",
    "Quote": "Quote",
    "ListBullet": "List Bullet",
}
NUMBERING = f"""<w:numbering {W}>
<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
</w:numbering>"""
CORE = """<cp:coreProperties
 xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">
<dc:title>Rules &amp; customs</dc:title><dcterms:created>2024-01-05T10:00:00Z</dcterms:created>
<dcterms:modified>2026-05-18T09:12:00Z</dcterms:modified></cp:coreProperties>"""
FOOTNOTES = f"""<w:footnotes {W}><w:footnote w:id="2">
<w:p><w:r><w:t>As the council decided in 2019.</w:t></w:r></w:p></w:footnote></w:footnotes>"""


def par(*runs: str, style: str = "", level: int = -1, number: int = 1) -> str:
    about = f'<w:pStyle w:val="{style}"/>' if style else ""
    if level >= 0:
        about += f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    body = "".join(one if one.startswith("<") else run(one) for one in runs)
    return f"<w:p><w:pPr>{about}</w:pPr>{body}</w:p>"


def run(text: str, about: str = "") -> str:
    return f'<w:r><w:rPr>{about}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def table(*rows: tuple[str, ...]) -> str:
    cells = ["".join(f"<w:tc>{par(cell)}</w:tc>" for cell in row) for row in rows]
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def docx(*body: str, core: str = CORE, more: dict[str, str] | None = None) -> bytes:
    """A Word document with this body, as Word writes it but for what nobody reads."""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in STYLES.items()
    )
    targets = ["styles", "numbering", "footnotes"]
    relations = "".join(f'<Relationship Id="r{one}" Type="{R}/{one}" Target="{one}.xml"/>' for one in targets)
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kind}.document.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{R}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f"<w:document {W}><w:body>{''.join(body)}</w:body></w:document>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships">{relations}'
        "</Relationships>",
        "word/styles.xml": f"<w:styles {W}>{styles}</w:styles>",
        "word/numbering.xml": NUMBERING,
        "word/footnotes.xml": FOOTNOTES,
        "word/header1.xml": f"<w:hdr {W}>{par('Allotment society, page 1')}</w:hdr>",
        "docProps/core.xml": core,
    } | (more or {})
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_letter():
    data = docx(
        par("Rules of the allotments", style="Title"),
        par("Opening", style="Heading1"),
        par(
            "The gate opens at ",
            run("seven", "<w:b/>"),
            " in the morning",
            '<w:r><w:footnoteReference w:id="2"/></w:r>',
            ".",
        ),
        par("Bring:", style=""),
        par("a key,", level=0),
        par("a spade:", level=0),
        par("for digging", level=1),
        par("First lock the gate.", level=0, number=2),
        par("Then go home.", level=0, number=2),
        table(("Plot", "Price"), ("Small", "20 € | year"), ("Large", "")),
        par("Water", style="Heading2"),
        par("Water is shared.", style="Quote"),
        par(
            "It costs ",
            run("5 €", "<w:strike/>"),
            run(" 10", ""),
            run("2", '<w:vertAlign w:val="superscript"/>'),
            " €.",
        ),
        par("One line", "<w:r><w:br/></w:r>", "and another."),
        par(" "),
    )
    article = convert("rules.docx", data)
    assert (article.title, article.published, article.id) == (
        "Rules of the allotments",
        "2026-05-18",
        "rules-of-the-allotments",
    )
    assert article.text == (
        "# Opening\n\nThe gate opens at seven in the morning.\n\nBring:\n\n"
        "- a key,\n- a spade:\n  - for digging\n\n1. First lock the gate.\n2. Then go home.\n\n"
        "| Plot | Price |\n| --- | --- |\n| Small | 20 € \\| year |\n| Large |\n\n"
        "## Water\n\n> Water is shared.\n\nIt costs 10² €.\n\nOne line\nand another.\n\n"
        "1. As the council decided in 2019."
    )


def test_title_from_the_properties_or_the_name():
    assert convert("rules-2026.docx", docx(par("Be kind."))).title == "Rules & customs"
    bare = docx(par("Be kind."), core="<cp:coreProperties/>")
    article = convert("rules-2026.docx", bare)
    assert (article.title, article.published) == ("Rules 2026", None)


def test_standard_input_is_recognised():
    assert convert("-", docx(par("Be kind."))).text.startswith("Be kind.")


def test_without_text():
    empty = docx(par(" "), more={"word/footnotes.xml": f"<w:footnotes {W}/>"})
    with pytest.raises(ConversionFailed, match=r"a\.docx contains no text"):
        convert("a.docx", empty)


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04 word/document.xml", docx(par("x"))[:500], b"Not a document at all."]
)
def test_damaged(data):
    with pytest.raises(ConversionFailed, match=r"a\.docx is not a DOCX file, or a damaged one"):
        convert("a.docx", data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entity_bomb(encoding):
    bomb = '<!DOCTYPE a [<!ENTITY b "Be kind. "><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    text = f"{bomb}<w:document {W}><w:body>{par('&c;')}</w:body></w:document>"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", text.encode(encoding))
    with pytest.raises(ConversionFailed, match="defines XML entities"):
        convert("a.docx", stream.getvalue())


def test_zip_bomb():
    data = docx(par("Be kind."), more={"word/media.xml": " " * (41 * 1024 * 1024)})
    assert len(data) < 100_000
    with pytest.raises(ConversionFailed, match="unpacks to more than 40 MiB"):
        convert("a.docx", data)


def test_deeply_nested_tables():
    nested = "<w:tbl><w:tr><w:tc>" * 2_000 + par("Be kind.") + "</w:tc></w:tr></w:tbl>" * 2_000
    with pytest.raises(ConversionFailed, match="damaged one"):
        convert("a.docx", docx(nested))
