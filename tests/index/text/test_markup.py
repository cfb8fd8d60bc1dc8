import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.markup import plain

WORDS = {
    "Nothing to remove.": "Nothing to remove.",
    "two  lines\n  and\ttabs\u00a0here": "two lines and tabs here",
    "# Opening hours #": "Opening hours",
    "###### Small": "Small",
    "Where it is\n-----------": "Where it is",
    "#hashtag stays": "#hashtag stays",
    "- one\n* two\n+ three\n1. four\n12) five\n- [x] done\n- [ ] open": "one two three four five done open",
    "> quoted\n> twice\n>> and again": "quoted twice and again",
    "*It* is **very** ***late***, _really_ __so__, ~~not~~ now.": "It is very late, really so, not now.",
    "**bold with *slanted* words**": "bold with slanted words",
    "2 * 3 * 4 = 24, snake_case_name and 5*3": "2 * 3 * 4 = 24, snake_case_name and 5*3",
    "Run `make test`, not ``a`b`` or `**kwargs`.": "Run make test, not a`b or **kwargs.",
    r"Not \*slanted\*, nor \_this\_, \# nor that": "Not *slanted*, nor _this_, # nor that",
    "See [the *guide*](https://a.example/b_(c) 'Guide') and [this][ref].": "See the guide and this.",
    "![A red door](door.png) opens; [![logo](l.png)](https://a.example).": "A red door opens; logo.",
    "A claim.[^1] Another [citation needed] [1].": "A claim. Another [citation needed] [1].",
    "<https://example.com/x_y_z>, <mailto:a@example.com>": "https://example.com/x_y_z, mailto:a@example.com",
    "A <b class='x'>bold</b> line<br>break <!-- a - b -->, 3 < 4 > 2": "A bold line break , 3 < 4 > 2",
    "Fish &amp; chips &lt;b&gt; &copy; AT&T": "Fish & chips <b> © AT&T",
    "| Day | Hours |\n|:----|------:|\n| Mon | 9 to 5 |\n| Tue | |": "Day, Hours Mon, 9 to 5 Tue",
    "Day | Hours\n--- | ---\nMon | 9 to 5": "Day, Hours Mon, 9 to 5",
    "```python\nprint(1)\n```": "print(1)",
    "above\n\n---\n\n***\n\nbelow": "above below",
    "It cost 5. And it is -3 degrees - cold": "It cost 5. And it is -3 degrees - cold",
    "private \ue0000\ue001 characters": "private 0 characters",
    "": "",
    " \n ": "",
    "`` quoted '' words": "`` quoted '' words",
}


@pytest.mark.parametrize(("text", "expected"), WORDS.items(), ids=range(len(WORDS)))
def test_words(text, expected):
    assert plain(text) == expected


@given(st.text())
def test_any_text(text):
    words = plain(text)
    assert words == " ".join(words.split())


@given(st.text(alphabet="ab\\`*_~[]()<>!#|-&;^ \n\"'1.\ue000\ue001"))
def test_any_text_of_marks(text):
    words = plain(text)
    assert words == " ".join(words.split())
    assert sum(map(words.count, "ab")) <= sum(map(text.count, "ab")) or "&" in text


@given(st.text(alphabet="abc ÄÖü, .!?\n"))
def test_text_without_marks_is_left_alone(text):
    assert plain(text) == " ".join(text.split())


UNITS = "word |* |*a|**a|_a|__|~~|`|``a|[|[a](|](a |![|<!--|<!---|<a |> |# |- |#|  |\\|&amp;|&|\n|[^"
UNITS += "|](a 'x |1. |<|a*|(a)|](((a)|]("
UNITS += "|* a*|a *|\ue000|[a][|=|\n>|``` |\n```"


@pytest.mark.parametrize("unit", [*UNITS.split("|"), "|", "| a ", "a | "])
def test_time_grows_with_the_length_only(unit):
    text = unit * (200_000 // len(unit))
    begin = time.process_time()
    plain(text)
    plain("a" + text)
    assert time.process_time() - begin < 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"&#{'1' * 5000}; a", "\ufffd a"),
        ("&#xe000;999&#xe001; `x`", "\ue000999\ue001 x"),
        ("&#xe000;0&#xe001; `x`", "\ue0000\ue001 x"),
        ("&#000065; &amp; &am`p;`", "A & &amp;"),
    ],
)
def test_an_entity_is_no_placeholder_and_its_number_may_be_long(text: str, words: str) -> None:
    assert plain(text) == words
