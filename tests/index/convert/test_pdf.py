import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.convert import convert
from index.convert._layout import Line, to_markdown
from index.errors import ConversionFailed
from tests.index.pdf_maker import Print, column, make_pdf

FIRST = """\
The ferry to Gull Island leaves Saltmere harbour every morning at twenty to eight,
except on the days when the harbour office has raised the storm cone. Passengers who
hold a winter ticket need not pay for bicycles, and dogs travel free through the win-
ter months. The crossing takes forty minutes in calm weather."""
SECOND = """\
On the island, the bus to the lighthouse waits for the ferry. It is a well-known sight
that islanders greet each passenger by name; the well-
known captain is no exception, and neither is the long-
suffering mate, who has crossed some nine thousand times since he began, and"""
THIRD = """\
who means to go on. Tickets are sold at the pier until five minutes before the ferry
leaves the harbour, and on board for a small extra charge."""


def report() -> bytes:
    """Three pages with running heads and page numbers, headings, items, code and a broken paragraph."""

    def furniture(number: int) -> list[Print]:
        return [
            Print("Saltmere Harbour Office", 800, size=9),
            Print(f"Winter timetable {number}", 40, x=280, size=9),
        ]

    pages = [
        [
            *furniture(1),
            Print("Winter timetable of the ferry", 740, size=20),
            Print("1. Crossing", 700, size=14),
            *column(FIRST, 675),
            Print("2. On the island", 560, size=14),
            *column(SECOND, 535),
        ],
        [
            *furniture(2),
            *column(THIRD, 740),
            Print("What to bring", 690, face="bold"),
            Print("• A warm coat, for the deck is open to the wind and", 670, x=80),
            Print("there is no cabin.", 656, x=90),
            Print("• The exact fare.", 642, x=80),
            Print("1. First class is upstairs.", 620, x=80),
            Print(
                "Timetables are also sent by the machine of the harbour office, which takes commands:", 596
            ),
            Print("ferry next", 570, face="mono"),
            Print("--from saltmere", 556, x=72 + 6.6 * 2, face="mono"),
        ],
        [
            *furniture(3),
            Print("Contents . . . . . . . . . . . 7", 740),
            Print("The harbour office answers questions", 712),
            Print("on weekdays.", 698),
            Print("# 7 is the number of the pier.", 670),
        ],
    ]
    return make_pdf(pages, {"Title": "Ferry timetable", "CreationDate": "D:20261012083000+02'00'"})


def test_report():
    article = convert("report.pdf", report())
    assert (article.id, article.title, article.published) == (
        "ferry-timetable",
        "Ferry timetable",
        "2026-10-12",
    )
    joined = FIRST.replace("win-\nter", "winter").replace("\n", " ")
    island = SECOND.replace("well-\nknown", "well-known").replace("long-\nsuffering", "longsuffering")
    assert article.text == "\n\n".join(
        [
            "# Winter timetable of the ferry",
            "## 1. Crossing",
            joined,
            "## 2. On the island",
            f"{island} {THIRD}".replace("\n", " "),
            "### What to bring",
            "- A warm coat, for the deck is open to the wind and there is no cabin.\n- The exact fare.\n"
            "1. First class is upstairs.",
            "Timetables are also sent by the machine of the harbour office, which takes commands:",
            "```\nferry next\n  --from saltmere\n```",
            "The harbour office answers questions on weekdays.",
            "\\# 7 is the number of the pier.",
        ]
    )


def test_title_from_the_largest_words_when_the_properties_say_nothing():
    pages = [[Print("Rules of the", 740, size=20), Print("allotments", 716, size=20), *column(FIRST, 675)]]
    for info in (
        {},
        {"Title": "Microsoft Word - rules_final.docx"},
        {"Title": "untitled"},
        {"Producer": "TeX"},
    ):
        article = convert("rules.pdf", make_pdf(pages, info))
        assert article.title == "Rules of the allotments"
        assert article.text.startswith("The ferry to Gull Island")
        assert article.published is None
    plain = make_pdf([column(FIRST, 675)], {"CreationDate": "yesterday"})
    assert convert("rules-of-2026.pdf", plain).title == "Rules of 2026"


def test_paragraphs_by_distance_indent_and_short_lines():
    lines = [
        *column(FIRST, 700),
        *column(FIRST, 700 - 4 * 14 - 10),  # a gap
        Print(
            "Indented, a paragraph begins at the very same distance as any other line would have", 578, x=90
        ),
        Print("and it goes on to a short end.", 564),
        Print("A new one after that short end, which is again as long as the lines of this document", 550),
        Print("Town Hall", 536),
        Print("Market Street 1", 522),
        Print(
            "in the centre of Saltmere, next to the library and the old bridge, where it has been since", 508
        ),
        Print("1 See the minutes of the council, which are kept in the town hall.", 494, size=8),
    ]
    text = convert("notes.pdf", make_pdf([lines])).text
    assert [block[:22] for block in text.split("\n\n")] == [
        "The ferry to Gull Isla",
        "The ferry to Gull Isla",
        "Indented, a paragraph ",
        "A new one after that s",
        "Market Street 1 in the",
        "1 See the minutes of t",
    ]


def test_columns_are_read_one_after_the_other():
    narrow = "The council met on Monday evening\nand spoke about the old bridge for\nmore than three hours"
    left = column(f"{narrow} before it\nagreed that the bridge must be", 700)
    right = column("closed for repairs until March. The\nferry is not affected by that.", 700, x=320)
    text = convert("news.pdf", make_pdf([[*left, *right]])).text
    assert "the bridge must be closed for repairs until March. The ferry" in text


def test_paragraph_right_below_the_items():
    lines = [
        Print("• The exact fare, which the machine on the pier does not change for anybody", 700, x=90),
        Print("All of it must be paid before the ferry leaves.", 686),
    ]
    text = convert("a.pdf", make_pdf([lines])).text
    assert text.endswith("for anybody\n\nAll of it must be paid before the ferry leaves.")


def test_dash_at_the_start_of_a_line_is_no_item():
    long = "The crossing takes forty minutes in calm weather and can take twice as long"
    lines = [Print(long, 700), Print("- or so the captain says - when the wind is in the north.", 686)]
    assert (
        convert("a.pdf", make_pdf([lines])).text
        == f"{long} - or so the captain says - when the wind is in the north."
    )


def test_large_paragraphs_and_bold_sentences_are_no_headings():
    long = " ".join(["The crossing takes forty minutes"] * 8)
    lines = [Print(long, 700, size=16), *column(FIRST, 660), Print("Dogs travel free.", 590, face="bold")]
    assert "#" not in convert("a.pdf", make_pdf([lines])).text


def test_single_page_keeps_its_first_and_last_lines():
    lines = [Print("12", 780), *column(FIRST, 700), Print("Saltmere, 3", 300)]
    text = convert("a.pdf", make_pdf([lines])).text
    assert text.startswith("12\n\n")
    assert text.endswith("Saltmere, 3")


def test_page_numbers_in_any_form_go():
    pages = [
        [*column(f"{FIRST}\nThe {animal} has its own words.", 700), Print(form, 40)]
        for animal, form in [("dog", "Page 1 of 3"), ("cat", "- 2 -"), ("gull", "iii")]
    ]
    text = convert("a.pdf", make_pdf(pages)).text
    assert "Page 1 of 3" not in text
    assert "- 2 -" not in text
    assert "iii" not in text
    assert text.count("has its own words.") == 3


def test_chapter_heads_with_counting_numbers_go():
    heads = ["Chapter 1: Ferries 11", "Chapter 1: Harbours 12", "Chapter 2: Islands 13", "Lighthouses 14"]
    pages = [[Print(head, 790), *column(FIRST, 700)] for head in heads]
    text = convert("a.pdf", make_pdf(pages)).text
    assert not any(head in text for head in heads)


def test_pictures_only():
    with pytest.raises(
        ConversionFailed, match=r"scan\.pdf contains pictures and no text\. Run text recognition"
    ):
        convert("scan.pdf", make_pdf([[], []]))


def test_running_heads_alone_are_no_text():
    with pytest.raises(ConversionFailed, match="contains pictures and no text"):
        convert("scan.pdf", make_pdf([[Print(str(number), 40)] for number in range(1, 4)]))


def encrypted(password: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(report())))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def test_encrypted():
    with pytest.raises(ConversionFailed, match=r"a\.pdf is encrypted\. Save it without a password"):
        convert("a.pdf", encrypted("secret"))
    assert convert("a.pdf", encrypted("")).title == "Ferry timetable"  # may be read, not changed


def test_fonts_that_do_not_tell_their_letters():
    unknown = "".join(map(chr, range(0xE000, 0xE060)))
    lines = [[Line(unknown, 72, 700, 11)]]
    assert to_markdown(lines)[0] == unknown
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.convert._pdf._read", lambda data: (lines, "", None))
        with pytest.raises(ConversionFailed, match="does not say which characters"):
            convert("a.pdf", b"%PDF-1.4")


def test_too_many_pages(monkeypatch):
    monkeypatch.setattr("index.convert._pdf.PAGE_LIMIT", 2)
    with pytest.raises(ConversionFailed, match="has more than 2 pages"):
        convert("report.pdf", report())


@pytest.mark.parametrize(
    "data", [b"%PDF-1.4", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer << /Root 1 0 R >>", report()[:900]]
)
def test_damaged(data):
    with pytest.raises(ConversionFailed, match=r"a\.pdf (is a damaged PDF|contains pictures)"):
        convert("a.pdf", data)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_damaged_anywhere_is_one_sentence(data):
    whole = bytearray(report())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(8, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    try:
        article = convert("a.pdf", bytes(whole))
    except ConversionFailed as error:
        assert str(error).startswith("a.pdf ")
    else:
        assert article.text.strip()


words = st.sampled_from(
    ["ferry", "harbour", "well-", "The", "sails.", "at", "ten", "•", "1.", "-", "#", "12", "soft\xad"]
)
lines = st.builds(
    Line,
    text=st.lists(words, min_size=1, max_size=12).map(" ".join),
    x=st.sampled_from([72.0, 90.0, 320.0]),
    y=st.floats(20, 800),
    size=st.sampled_from([0.0, 9.0, 11.0, 16.0]),
    mono=st.booleans(),
    bold=st.booleans(),
)


@given(st.lists(st.lists(lines, max_size=8), max_size=4))
def test_layout_never_makes_words_up(pages):
    text, title = to_markdown(pages)
    known = "".join(line.text for page in pages for line in page)
    assert set(text) <= set(known) | set("#`-\\ \n")
    assert title.split()[:1] == [] or title.split()[0] in known
    if len(pages) == 1:  # without running heads, every letter is still there
        for word in ("ferry", "harbour", "sails."):
            assert text.count(word) == known.count(word)
