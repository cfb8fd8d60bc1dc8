import re
import time
from itertools import pairwise
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answering.text_fragments import LONGEST, text_fragment_link
from index.text.blocks import blocks
from index.text.markup import plain
from index.text.sentences import segment
from index.types import Article, SentenceKind

URL = "https://saltmere.example/news/ferry"


def article(text: str, url: str | None = URL, title: str = "Ferries") -> Article:
    return Article("news/ferry", title, text, url=url)


def link(text: str, sentence: str, url: str | None = URL) -> str:
    start = text.index(sentence)
    found = text_fragment_link(article(text, url), start, start + len(sentence))
    assert found is not None
    return found


def page(text: str) -> list[str]:
    """What a browser shows of an article, block by block."""
    shown: list[str] = []
    for block in blocks(text):
        piece = text[block.start : block.end]
        shown += map(plain, piece.split("|")) if block.kind is SentenceKind.TABLE else [plain(piece)]
    return [words for words in ["Ferries", *shown] if words]


def find(shown: list[str], term: str, begin: tuple[int, int]) -> tuple[int, int, int] | None:
    """Block and span of the first match of a term from a place on, whole words, inside one block."""
    pattern = re.compile(rf"(?<![^\W_]){re.escape(term)}(?![^\W_])", re.IGNORECASE)
    for index in range(begin[0], len(shown)):
        if match := pattern.search(shown[index], begin[1] if index == begin[0] else 0):
            return index, match.start(), match.end()
    return None


def browse(text: str, address: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """What a browser highlights, as block and place of both ends: the steps of the specification."""
    terms = [unquote(term) for term in re.split("[,]", address.partition(":~:text=")[2])]
    prefix = terms.pop(0)[:-1] if terms[0].endswith("-") else None
    shown, begin = page(text), (0, 0)
    while True:
        if prefix is not None:
            before = find(shown, prefix, begin) if len(prefix) else None
            if before is None:
                return None
            begin = (before[0], before[1] + 1)
            place = (before[0], before[2])
            while place[0] < len(shown) and not shown[place[0]][place[1] :].strip():
                place = (place[0] + 1, 0)
            start = find(shown, terms[0], place)
            if start is None:
                return None
            if start[0] != place[0] or shown[place[0]][place[1] : start[1]].strip():
                continue
        else:
            start = find(shown, terms[0], begin)
        if start is None:
            return None
        last = find(shown, terms[1], (start[0], start[2])) if len(terms) > 1 else start
        return last and (start[:2], (last[0], last[2]))


def highlighted(text: str, address: str) -> str:
    found = browse(text, address)
    assert found, address
    (first, start), (last, end) = found
    shown = page(text)
    if first == last:
        return shown[first][start:end]
    return " ".join([shown[first][start:], *shown[first + 1 : last], shown[last][:end]])


def bare(words: str) -> str:
    return re.sub(r"^[\W_]+|[\W_]+$", "", " ".join(words.replace("|", " ").split()))


CHILDREN = "Children pay nothing at all before they are six years old, and half fare until they are twelve."
TEXT = f"""\
# The *Petrel* sails again

The ferry left the old harbour at seven. It came back at noon, full of people - and dogs, cats & two goats.

The ferry left the old harbour at nine on **Sunday**, as the
[tide table](https://tides.example/a-b) in the library said so.
“We waited,” said the captain. It came back late! Nobody minded. Nobody minded.

- Adults pay 4 euros.
- {CHILDREN}

| Day | First ferry | Last ferry |
|-----|-------------|------------|
| Mon | 7:00 | 19:30 |

It came back late! 渡轮每天早上七点离开老港口，中午回来。船长说：“我们等了很久。”
"""


def test_a_short_sentence_is_given_in_full():
    assert (
        link(TEXT, "“We waited,” said the captain.")
        == f"{URL}#:~:text=We%20waited%2C%E2%80%9D%20said%20the%20captain"
    )


def test_syntax_is_encoded():
    address = link("It came - with dogs, cats & two goats_now.", "It came - with dogs, cats & two goats_now.")
    assert address == f"{URL}#:~:text=It%20came%20%2D%20with%20dogs%2C%20cats%20%26%20two%20goats_now"


def test_a_long_sentence_is_given_by_its_ends():
    assert link(TEXT, CHILDREN) == f"{URL}#:~:text=Children%20pay%20nothing%20at,they%20are%20twelve"


def test_the_start_grows_until_it_is_the_first():
    sentence = TEXT[TEXT.index("The ferry left the old harbour at nine") : TEXT.index("\n“We")]
    assert link(TEXT, sentence).startswith(
        f"{URL}#:~:text=The%20ferry%20left%20the%20old%20harbour%20at%20nine%20on,"
    )


def test_the_words_before_tell_equal_sentences_apart():
    start = TEXT.rindex("Nobody minded.")
    address = text_fragment_link(article(TEXT), start, start + 14)
    assert address == f"{URL}#:~:text=Nobody%20minded.-,Nobody%20minded."
    start = TEXT.rindex("It came back late!")
    address = text_fragment_link(article(TEXT), start, start + 18)
    assert address == f"{URL}#:~:text=19%3A30-,It%20came%20back%20late%21"


def test_a_table_row_is_given_by_its_cells():
    assert link(TEXT, "| Day | First ferry | Last ferry |").endswith("#:~:text=Day,Last%20ferry")


@pytest.mark.parametrize("sentence", [s for s in segment(TEXT) if not s.text.startswith("It came back late")])
def test_each_sentence_is_what_a_browser_highlights(sentence):
    address = text_fragment_link(article(TEXT), sentence.start, sentence.end)
    assert address
    expected = plain(sentence.text)
    if sentence.kind is SentenceKind.TABLE:
        expected = " ".join(expected.split(", "))
    assert bare(highlighted(TEXT, address)) == bare(expected)


def test_a_span_of_several_paragraphs():
    first, last = "It came back at noon", "Adults pay 4 euros."
    start, end = TEXT.index(first), TEXT.index(last) + len(last)
    address = text_fragment_link(article(TEXT), start, end)
    assert address == f"{URL}#:~:text=It%20came%20back%20at,pay%204%20euros"
    assert bare(highlighted(TEXT, address)) == bare(" ".join(page(TEXT[start:end])[1:]))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/p#part", "https://a.example/p#part:~:text=Ahoy"),
        ("https://a.example/p#:~:text=old", "https://a.example/p#:~:text=Ahoy"),
        ("https://a.example/p#part:~:text=old", "https://a.example/p#part:~:text=Ahoy"),
        (" http://a.example/a b<c>?q=`1`\n", "http://a.example/a%20b%3Cc%3E?q=%601%60#:~:text=Ahoy"),
        ("HTTPS://münchen.example/ß", "HTTPS://münchen.example/ß#:~:text=Ahoy"),
        (None, None),
        ("", None),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("https:///nowhere", None),
        ("https://[bad", None),
        ("saltmere.example/news", None),
    ],
)
def test_addresses(url, expected):
    assert text_fragment_link(article("Ahoy!", url), 0, 5) == expected


def test_a_link_that_would_be_too_long():
    long = "渡轮每天早上七点离开老港口" * 9
    room = "https://a.example/" + "p" * 440
    assert link("Ahoy, all you captains! Well.", "Ahoy, all you captains!", room).endswith(
        "#:~:text=Ahoy%2C%20all%20you%20captains"
    )
    many = "Ahoy there captain Rackham, this sentence has a good many words and then it finally stops."
    assert link(many, many, "https://a.example/" + "p" * 400).endswith(
        ",finally%20stops".replace("finally", "it%20finally")
    )
    assert link(many, many, "https://a.example/" + "p" * 450).endswith(
        "#:~:text=Ahoy%20there%20captain%20Rackham"
    )
    assert link(long, long, room) == room
    assert link("Ahoy!", "Ahoy!", room * 2) == room * 2


def test_words_behind_marks():
    text = "— — — — — — Ahoy there, said captain Rackham, so often that at last we all went below — — !"
    assert link(text, text).endswith("#:~:text=Ahoy%20there%2C%20said%20captain,all%20went%20below")


def test_what_cannot_be_told_apart_gets_the_address_alone():
    assert link("Row. " * 50, "Row. Row. Row.").endswith("text=Row.%20Row.%20Row")
    text = "Row. " * 50
    assert text_fragment_link(article(text), 100, 104) == URL
    assert text_fragment_link(article("***\n\n!"), 0, 3) == URL
    assert text_fragment_link(article("Ferries"), 0, 7) == URL, "the title comes first on the page"


@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 200))
def test_any_span(text, start, end):
    start, end = sorted((min(start, len(text)), min(end, len(text))))
    address = text_fragment_link(article(text), start, end)
    assert address and address.startswith(URL) and len(address) <= LONGEST
    assert re.fullmatch(r"[!-~]+", address)


WORDS = st.sampled_from("the ferry left harbour at noon and it came back late with two dogs".split())
SENTENCE = st.lists(WORDS, min_size=1, max_size=30).map(lambda words: " ".join(words).capitalize() + ".")


@given(st.lists(st.lists(SENTENCE, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=5))
def test_no_link_leads_to_another_sentence(paragraphs):
    text = "\n\n".join(paragraphs)
    for sentence in segment(text):
        address = text_fragment_link(article(text), sentence.start, sentence.end)
        assert address
        if address != URL:
            assert bare(plain(sentence.text)).startswith(highlighted(text, address).rstrip("."))


@pytest.mark.parametrize("unit", ["word ", "x", "字", "-", "| ", "A b. ", "_a"])
def test_time_grows_with_the_length_only(unit):
    text = unit * (100_000 // len(unit))
    begin = time.process_time()
    text_fragment_link(article(text), 50_000, 100_000)
    text_fragment_link(article(text), 99_000, 99_900)
    assert time.process_time() - begin < 2


def test_sentences_of_one_article_have_links_of_their_own():
    links = [text_fragment_link(article(TEXT), s.start, s.end) for s in segment(TEXT)]
    assert all(before != after for before, after in pairwise(links))
