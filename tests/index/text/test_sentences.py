import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.text.sentences import segment
from index.types import SentenceKind


def texts(text: str, *, markdown: bool = True) -> list[str]:
    return [sentence.text for sentence in segment(text, markdown=markdown)]


def kinds(text: str, *, markdown: bool = True) -> list[tuple[str, str]]:
    return [(sentence.kind.value, sentence.text) for sentence in segment(text, markdown=markdown)]


# A bar marks where a sentence ends; it stands for one space.
SPACED = {
    "titles": "Dr. Amara Osei met Mrs. Lindqvist and Prof. Tanaka.|They spoke with Gen. Ruiz in St. Louis.",
    "initials": "J. K. Rowling wrote it.|George R. R. Martin did not.|John F. Kennedy did.",
    "initials without spaces": "All four volumes were drawn by E.H. Shepard.|Read W.E.B. Du Bois.",
    "countries": "The U.S. Senate and the U.K. Parliament met.|He left the U.S.|The talks went on.",
    "latin": "Bring tools, e.g. A saw, i.e. Something sharp.|Cf. Smith et al. (2019) etc. and so on.",
    "hours": "Doors open at 7 p.m. Pacific time or 9 a.m. Monday.|It ends at 11 p.m.|Police will come.",
    "numbers": "See No. 5, pp. 12 and Fig. 3 of Vol. 2, dated Jan. 4 and Sept. 12.|N°. 9 was out.",
    "no as a word": "Is it raining?|No.|Then we shall go.",
    "companies": "Acme Inc. Berlin and Lowe & Co. KG merged.|They named it Acme Ltd.|It failed.",
    "names with jr": "Martin Luther King Jr. Day is in January.|He admired King Sr.|However, he left.",
    "decimals": "It rose by 3.5 % to 1,204.75 in 2019.|71% of it came from oil.|$5 went to tax.",
    "versions": "We shipped v2.1.3 and Python 3.11.|Release 4.0.0-rc.1 follows.|Use >=2.0,<3.",
    "ellipses": "He waited... and… left.|Well...|That was it.|Wait . . . and go.|He [...] Osei left.",
    "straight quotes": 'She said "I am here."|Then she left.|"Why?"|"Because."|(He was late.)|It rained.',
    "curly quotes": "“We came.|We saw.”|He nodded.|(They had won.)|[Applause.]|‘Fine.’|Next.",
    "quoted question": "“Who is it?” she asked.|“Stop!” cried he.|‘Is that so?’|Yes.",
    "german": "Er rief: „Halt!“|Dann ging er z. B. Am Main entlang.|Er kam ca. Mitte des 3. Oktober heim.",
    "french": "« Allez ! »|Il partit à dix heures.|M. Dupont resta.",
    "spanish": "¿Vienes mañana?|¡Claro que sí!|Nos vemos.",
    "several stops": "Really?!|Yes!!!|Are you sure...?|I am.",
    "references": "It passed.[citation needed]|It was repealed.[12][13]|Nobody noticed.[^1]|So be it.",
    "urls": "See https://example.com/a.b?c=d.e for more.|Or go to www.footnote.example.|It is short.",
    "file names": "Edit footnote.py and .env.|Then test.|`make run` starts it.|Read docs/index.md first.",
    "emphasis": "**It is done.**|_Nobody knows._|*Really?*|__Yes.__|Ask [them](https://example.com/x.y).|Go.",
    "emoji": "We won! 🎉|Come along 😀 now.|Great. ❤️|See you.",
    "small first letters": "He bought it.|iPhones are dear.|tRNA sits.|https://example.com has more.",
    "chat": "i tried it.|it works now!|why?|no idea",
    "letters as words": "Take vitamin C.|It helps.|We chose plan B.|It is.|It was World War I.|He died.",
    "variables": "Here p is no factor of q.|Wilson's theorem is older.|It equals n! and 4! as well.",
    "cases": "Runyon v. McCrary was decided in 1976.|Wisconsin v. Yoder came before.",
    "dates": "It was 5 p.m.|The bell rang.|Born c. 1500, died ca. 1570.|He lived to see Dec. 31.",
    "numbered in line": "Do this: lift the lid.|2. Pour it in.|3. Close it.",
    "dialogue": "“Is it?” – Nobody knew.|Ha! – then he left.",
    "arabic": "هل هذا صحيح؟|نعم، هذا صحيح.|شكرا.",
    "hindi": "यह एक वाक्य है।|यह दूसरा है।",
    "tokens": "lead , iron ... world 's . |Next `` the end . '' |He ( IgG , IgM ) . |All of it . ) |Then",
    "tokens with straight quotes": 'It means " a debt . " |" Why ? " |She left Sault Ste . Marie .',
    "tokens with decimals": "More non-losing seasons (. 500 or better ) than others . |It ends here .",
    "seed": "Putin again expressed his sympathies.|At least 64 individuals were murdered in the attack.",
}
UNSPACED = {
    "lost spaces": "Is it safe?|Yes, it is!|Nobody minds.",
    "addresses": "See https://saltmere.example/find?Q=1 and a/b?C or d.Engine, x=y!Z",
    "chinese": "今天天气很好。|我们去公园！|你来吗？|“好的。”|他说。|真的?|是的!|走。",
    "japanese": "「はい。」と言った。|東京は大きい。|『そうか！』|次。|円周率は３．１４です．|次の文。",
}


@pytest.mark.parametrize("marked", SPACED.values(), ids=SPACED.keys())
def test_running_text(marked):
    expected = [part.strip() for part in marked.split("|")]
    assert texts(" ".join(expected)) == expected
    assert texts(" ".join(expected), markdown=False) == expected


@pytest.mark.parametrize("marked", UNSPACED.values(), ids=UNSPACED.keys())
def test_text_without_spaces(marked):
    assert texts(marked.replace("|", "")) == marked.split("|")


def test_text_without_stops_is_one_sentence():
    text = "a list of things nobody bothered to end"
    assert texts(text) == [text]
    assert texts(f"  {text}\n") == [text]


@pytest.mark.parametrize("text", ["", " ", "\n\n\t\n", "\u2028\x1c"])
def test_nothing_to_say(text):
    assert segment(text) == []


def test_blank_lines_and_wrapped_lines():
    text = (
        "The ferry leaves the old harbour at seven in the morning, and the\n"
        "crossing takes forty minutes. On Sundays, and on holidays, it leaves at\n"
        "nine.\n"
        "\n"
        "Tickets are sold on board\n\nDogs travel free"
    )
    expected = [
        "The ferry leaves the old harbour at seven in the morning, and the\ncrossing takes forty minutes.",
        "On Sundays, and on holidays, it leaves at\nnine.",
        "Tickets are sold on board",
        "Dogs travel free",
    ]
    assert texts(text) == expected
    assert texts(text, markdown=False) == expected
    assert texts(text.replace("\n", "\r\n")) == [line.replace("\n", "\r\n") for line in expected]


LINES = {
    "a title above a long line": (
        "Infertility\nDemographers tend to define it as childlessness in a population of women of "
        "reproductive age, while the epidemiological definition is based on trying for a year.",
        True,
    ),
    "paragraphs of one line each": (
        "The president met the ambassador on Sunday and thanked him at length for the veto of the motion "
        "that the council had put to the vote in the week before\nThe talks went on and nobody in the city "
        "expected them to end before the month was out, or to lead anywhere",
        True,
    ),
    "a wrapped paragraph with a name in front": (
        "The library was founded in the year of the great flood by the sisters\nBerta and Ida Holm",
        False,
    ),
    "an item goes on in lower case": (
        "a line that stops early,\nas poets do, and then goes on and on for long",
        False,
    ),
    "a hard break": ("Saltmere Library, at the harbour of the old town  \nQuay Street 5, Saltmere", True),
}


@pytest.mark.parametrize(("text", "cut"), LINES.values(), ids=LINES.keys())
def test_newlines_that_end_a_sentence_and_others(text, cut):
    expected = text.split("\n") if cut else [text]
    assert texts(text) == [line.strip() for line in expected]
    assert texts(text, markdown=False) == [line.strip() for line in expected]


def test_short_lines_of_plain_text_stand_alone():
    verse = "Roses are red\nViolets are blue\nAnd so are you"
    assert texts(verse) == [verse]
    assert texts(verse, markdown=False) == verse.split("\n")


def test_kinds_of_a_markdown_article():
    text = """\
# Opening hours

The library is open
on weekdays. Bring your card.

Where it is
-----------

1. Go to the square. It is near.
2. Turn left at No. 5
   and ring

- [ ] a pen
* paper!

| Day | Hours |
|-----|-------|
| Mon | 9 a.m. Then closed. |

```python
print("Hello. World.")
```

---

> Quoted. Twice.
"""
    assert kinds(text) == [
        ("heading", "# Opening hours"),
        ("prose", "The library is open\non weekdays."),
        ("prose", "Bring your card."),
        ("heading", "Where it is\n-----------"),
        ("item", "1. Go to the square."),
        ("item", "It is near."),
        ("item", "2. Turn left at No. 5\n   and ring"),
        ("item", "- [ ] a pen"),
        ("item", "* paper!"),
        ("table", "| Day | Hours |\n|-----|-------|"),
        ("table", "| Mon | 9 a.m. Then closed. |"),
        ("code", '```python\nprint("Hello. World.")\n```'),
        ("code", "---"),
        ("prose", "> Quoted."),
        ("prose", "Twice."),
    ]


def test_indented_code_and_indented_words():
    text = """\
Run it:

    make run
    python -m index ask "Why?"

    Opening hours

    It is open on weekdays only. Bring it.

- an item

  and its second paragraph

      still(the, item)

not code:
    a lazy line
"""
    assert kinds(text) == [
        ("prose", "Run it:"),
        ("code", 'make run\n    python -m index ask "Why?"'),
        ("prose", "Opening hours"),
        ("prose", "It is open on weekdays only."),
        ("prose", "Bring it."),
        ("item", "- an item"),
        ("item", "and its second paragraph"),
        ("item", "still(the, item)"),
        ("prose", "not code:\n    a lazy line"),
    ]
    assert {kind for kind, _ in kinds(text, markdown=False)} == {"prose", "item"}


def test_fences_and_tables_of_all_kinds():
    text = """\
~~~text
``` is not the end. Nor is this.
~~~
Words right below.
```
never closed. It is text

Day | Hours
--- | ---
Mon | 9 to 5
words again
===========
a | b in words
"""
    assert kinds(text) == [
        ("code", "~~~text\n``` is not the end. Nor is this.\n~~~"),
        ("prose", "Words right below."),
        ("prose", "```\nnever closed."),
        ("prose", "It is text"),
        ("table", "Day | Hours\n--- | ---"),
        ("table", "Mon | 9 to 5"),
        ("heading", "words again\n==========="),
        ("prose", "a | b in words"),
    ]


def test_blocks_need_no_blank_line_between():
    text = (
        "Bring it.\n# Where\nAt the square\n- first\n1. second\n---\n"
        "| a | b |\nWords\n| c |\n~~~\nx\n~~~\n> Said"
    )
    assert kinds(text) == [
        ("prose", "Bring it."),
        ("heading", "# Where"),
        ("prose", "At the square"),
        ("item", "- first"),
        ("item", "1. second"),
        ("code", "---"),
        ("table", "| a | b |"),
        ("prose", "Words"),
        ("table", "| c |"),
        ("code", "~~~\nx\n~~~"),
        ("prose", "> Said"),
    ]


def test_long_code_comes_in_pieces():
    text = "```\n" + "".join(f"line_{number} = {number}\n" for number in range(100)) + "```\n"
    pieces = segment(text)
    assert 2 < len(pieces) < 9
    assert {sentence.kind for sentence in pieces} == {SentenceKind.CODE}


def test_a_marker_alone_on_its_line_belongs_to_the_item():
    assert kinds("12.\nCan I bring food?\n\nNo.") == [("item", "12.\nCan I bring food?"), ("prose", "No.")]


def test_marks_without_words_are_never_citable():
    assert kinds("***\n\n?!\n\nWell. ...") == [
        ("code", "***"),
        ("code", "?!"),
        ("prose", "Well. ..."),
    ]


def check(text: str, *, markdown: bool) -> None:
    """What holds of any text whatever."""
    position = 0
    for sentence in segment(text, markdown=markdown):
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.text and sentence.text == sentence.text.strip()
        assert sentence.start >= position
        assert not text[position : sentence.start].strip()
        position = sentence.end
    assert not text[position:].strip()


PIECES = st.sampled_from(
    [
        "Dr",
        "e.g",
        "U.S",
        "p.m",
        "No",
        "5",
        "The",
        "he",
        "said",
        "v2.1",
        "it",
        "B",
        "q",
        "。",
        "東京",
        "と",
        "🎉",
        "\u200b",
    ]
    + [
        ".",
        "!",
        "?",
        "…",
        "...",
        '"',
        "'",
        "''",
        "``",
        "“",
        "”",
        "(",
        ")",
        "[1]",
        "「",
        "」",
        "*",
        "**",
        "_",
        "`",
        "~~~",
    ]
    + [
        " ",
        " ",
        "\n",
        "\n\n",
        "\r\n",
        "\t",
        "    ",
        "\u2029",
        "\u00a0",
        "# ",
        "- ",
        "1. ",
        "> ",
        "| ",
        "|-|",
        "```",
        "---",
    ]
)


@given(st.text(), st.booleans())
@example("a\x1cb.\x85c", True)
@example("```\n", True)
@example(">\n> a\n>\nb", True)
def test_any_text(text, markdown):
    check(text, markdown=markdown)


@given(st.lists(PIECES, max_size=40).map("".join), st.booleans())
def test_any_text_like_an_article(text, markdown):
    check(text, markdown=markdown)


UNITS = (
    [
        "word ",
        "The end. ",
        '. " a ',
        "!) ",
        "a.",
        "[",
        ".[x",
        ".[x]",
        "(",
        "''",
        " '",
        "*",
        "e.g. ",
        "。",
        "?a",
        "。a",
    ]
    + [
        "`",
        "> ",
        "| ",
        "|-\n",
        "```py\n",
        "~~~ x\n",
        "- \n",
        "1.\n",
        "a\n",
        "#",
        "    x\n",
        "a\n\n",
        "=\n",
        "\r",
        "🎉",
    ]
    + [". ", "Dr. ", '"', ' "', "<", ".\n", "\u00a0", "x. y. ", "- a\n  b\n\n", "| a |\n", "(1) ", "…", ".  "]
)


@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_with_the_length_only(unit):
    text = unit * (200_000 // len(unit))
    begin = time.process_time()
    check(text, markdown=True)
    assert time.process_time() - begin < 5


@pytest.mark.parametrize("unit", ["a. ", "word ", "(a b.) "])
def test_one_line_of_a_megabyte(unit):
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        begin = time.process_time()
        segment(text)
        return time.process_time() - begin

    assert seconds(1_000_000) < 0.1 + 8 * seconds(250_000), "4 times the text, about 4 times the time"


def test_is_stable():
    text = "Dr. Osei came. She left. “Why?” Nobody knew."
    assert segment(text) == segment(text)
    assert {sentence.kind for sentence in segment(text)} == {SentenceKind.PROSE}


def test_white_space_alone_is_no_sentence():
    text = "They serve all counties.\n\t\n\nOur partners\n\n\tThe department oversees the work.\n\n\t\n    \n"
    found = segment(text)
    assert [one.text for one in found if one.kind is not SentenceKind.CODE][:2] == [
        "They serve all counties.",
        "Our partners",
    ]
    assert all(one.text and text[one.start : one.end] == one.text for one in found)
