"""CommonMark, GitHub's additions and raw HTML, as readers see them."""

from __future__ import annotations

import re

import pyromark
import pytest
from lxml import html

from index.render import Block, BlockKind, ContainerKind, MarkKind, render_markdown
from index.render._markdown import OPTIONS
from tests.index.render.shown import check, containers, kinds, marks, shown

PAGE = """\
# Joining the *server*

Whitelisting is **open** on weekends.
Ask in `#help` if it fails.\\
Bring your [game name](https://example.org/names "Names") &amp; a ~~lot of~~ little patience.

- Read the rules
- Pick a team
  1. Red
  2. Blue

     Blue needs healers.

> Griefing is banned.
>
> -- the moderators

```yaml
motd: "Hi"

max-players:  20
```

    /warp spawn

***

Term of a season
: Eight weeks.

| Rank | Votes |
|------|------:|
| Elder | 3 |

- [x] Backups run
- [ ] Map is posted
"""


def test_a_page_is_its_blocks() -> None:
    assert kinds(PAGE) == [
        ("heading", "Joining the server"),
        (
            "paragraph",
            "Whitelisting is open on weekends. Ask in #help if it fails.\n"
            "Bring your game name & a lot of little patience.",
        ),
        ("item", "Read the rules"),
        ("item", "Pick a team"),
        ("item", "Red"),
        ("item", "Blue"),
        ("paragraph", "Blue needs healers."),
        ("paragraph", "Griefing is banned."),
        ("paragraph", "-- the moderators"),
        ("code", 'motd: "Hi"\n\nmax-players:  20'),
        ("code", "/warp spawn"),
        ("term", "Term of a season"),
        ("definition", "Eight weeks."),
        ("row", "Elder · Votes: 3"),
        ("item", "Backups run"),
        ("item", "Map is posted"),
    ]
    assert marks(PAGE) == {
        ("italic", "server"),
        ("bold", "open"),
        ("code", "#help"),
        ("link", "game name"),
        ("strikethrough", "lot of"),
    }
    check(PAGE, render_markdown(PAGE))


def test_the_text_is_blocks_between_blank_lines_and_lists_and_tables_in_lines() -> None:
    assert render_markdown("Bring:\n\n- a pick\n- food\n  - bread\n\nThen dig.").text == (
        "Bring:\n\na pick\nfood\nbread\n\nThen dig."
    )
    assert render_markdown("- one\n\n- two\n\n  more of two\n").text == "one\ntwo\n\nmore of two"
    assert render_markdown("| a | b |\n|---|---|\n| c | d |\n| e | f |").text == "c · b: d\ne · b: f"


def test_a_link_keeps_its_address() -> None:
    (mark,) = render_markdown("See [the map](/maps/spawn.md#gate).").marks
    assert (mark.kind, mark.address) == (MarkKind.LINK, "/maps/spawn.md#gate")
    (mark,) = render_markdown("See <https://example.org/a>.").marks
    assert mark.address == "https://example.org/a"
    assert marks("A [reference][r] here.\n\n[r]: https://example.org/") == {("link", "reference")}


def test_a_mark_holds_no_white_space_at_its_start() -> None:
    assert marks("Do **not** dig, <b> really </b> not.") == {("bold", "not"), ("bold", "really")}


def test_a_mark_over_blocks_marks_each_of_them() -> None:
    rendered = render_markdown("<b><p>One night.</p><p>Two nights.</p></b>")
    assert [rendered.text[mark.start : mark.end] for mark in rendered.marks] == ["One night.", "Two nights."]


def block(source: str, number: int) -> Block:
    return render_markdown(source).blocks[number]


def test_blocks_know_their_place() -> None:
    rendered = render_markdown(PAGE)
    assert rendered.blocks[0].level == 1
    assert rendered.headings(rendered.blocks[5]) == (rendered.blocks[0],)
    assert (rendered.blocks[3].level, rendered.blocks[3].number) == (1, None)
    assert (rendered.blocks[5].level, rendered.blocks[5].number) == (2, 2)
    assert containers(rendered, 5) == ["item", "list", "item", "list"]
    assert containers(rendered, 6) == containers(rendered, 5)
    assert containers(rendered, 7) == ["quote"]
    assert rendered.blocks[9].language == "yaml"
    assert rendered.blocks[10].language == ""


def test_headings_form_a_path() -> None:
    source = "# A\n\n## B\n\n### C\n\nc\n\n## D\n\nd\n\n> # Quoted\n>\n> q\n\ne\n"
    rendered = render_markdown(source)

    def path(text: str) -> list[str]:
        (found,) = (each for each in rendered.blocks if rendered.text[each.start : each.end] == text)
        return [rendered.text[each.start : each.end] for each in rendered.headings(found)]

    assert path("c") == ["A", "B", "C"]
    assert path("d") == ["A", "D"]
    assert path("q") == ["A", "D", "Quoted"]
    assert path("e") == ["A", "D"]


def test_a_list_starts_with_its_number() -> None:
    rendered = render_markdown("7. Stop the server\n8. Copy the world\n")
    assert [each.number for each in rendered.blocks] == [7, 8]
    assert [each.number for each in rendered.containers] == [7, 7, 8]
    assert rendered.containers[0].kind is ContainerKind.LIST


@pytest.mark.parametrize(
    "source",
    [
        "## How do I join?\n\nAsk.",
        "## How to reset a claim\n\nAsk.",
        "**Can I keep pets?** Yes, two.",
        "**Wo ist der Spawn?**\n\nIm Norden.",
        "- **Is it free?** Yes.",
        "Who may vote?\n: Elders.",
        "<details><summary>Why was I banned?</summary>\n\nAsk a moderator.\n\n</details>",
    ],
)
def test_what_asks(source: str) -> None:
    assert block(source, 0).asks


@pytest.mark.parametrize(
    "source",
    [
        "## Rules",
        "Is it free? Yes.",
        "Then **ask: why?** And go.",
        "**Note.** No pets?",
        "| Why? |\n|---|\n| x |",
    ],
)
def test_what_does_not_ask(source: str) -> None:
    assert not block(source, 0).asks


def test_code_is_exact() -> None:
    code = "a\tb  \n\n  {{ c }}\n<!-- d -->\n**e** :tada: &amp;"
    assert shown(f"```jinja\n{code}\n```") == [code]
    assert shown("- step\n\n  ```\n  if x:\n      y\n  ```") == ["step", "if x:\n    y"]
    assert shown("> ```\n> one\n>\n> two\n> ```") == ["one\n\ntwo"]
    assert shown("    # no heading\n    x = 1\n") == ["# no heading\nx = 1"]
    assert shown("```\na\r\nb\r\n```\r\n") == ["a\nb"]
    assert shown("Run `{{ x }} %%y%% :tada: ==z==` now.") == ["Run {{ x }} %%y%% :tada: ==z== now."]
    assert shown("<pre>\n  two  spaces\n</pre>") == ["  two  spaces"]


def test_code_that_is_never_closed_goes_to_the_end() -> None:
    assert kinds("Run:\n\n```sh\nmake\n\n!!! note\n    x\n") == [
        ("paragraph", "Run:"),
        ("code", "make\n\n!!! note\n    x"),
    ]


def test_inline_code_in_tables_quotes_and_over_lines() -> None:
    assert shown("| a | b |\n|---|---|\n| `x \\| y` | 2 |") == ["x | y · b: 2"]
    assert shown("> Use `one\n> two` here.") == ["Use one two here."]
    assert shown("Type `` ` `` twice.") == ["Type ` twice."]


def test_images_vanish() -> None:
    rendered = render_markdown(
        "![A map of **spawn**](map.png)\n\nGo ![icon](i.png) north.\n\n[![ci](b.svg)](x)"
    )
    assert rendered.text == "Go north."
    assert rendered.left_out == {"image": 3}


def test_emoji_and_entities() -> None:
    assert shown("Welcome :tada: &copy; 2024 &#x26; on &lt;b&gt;") == ["Welcome 🎉 © 2024 & on <b>"]
    assert shown("At 10:100:20, **:warning:** and :pepe: and :white_check_mark:.") == [
        "At 10:100:20, ⚠️ and :pepe: and ✅."
    ]
    assert shown("A \\*star\\* and \\:tada: stay.") == ["A *star* and :tada: stay."]


def test_raised_and_lowered_text_does_not_run_into_words() -> None:
    assert shown("10<sup>6</sup> m<sup>2</sup>, H<sub>2</sub>O, log<sub>base</sub>") == [
        "10⁶ m², H₂O, log base"
    ]
    assert shown("The 1<sup>st</sup> Map<sup>beta</sup> ended<sup>[3]</sup>.") == ["The 1st Map beta ended."]
    assert shown('Ended<sup><a href="#fn2">2</a></sup> in May.') == ["Ended in May."]
    assert shown("<sup>1</sup> Only at night.") == ["1 Only at night."]


def test_footnotes_stay_where_they_are_defined() -> None:
    source = "Pets[^p] are fine.\n\n[^p]: Two each.\n\n    And no wolves.\n\nBoats too."
    assert shown(source) == ["Pets are fine.", "Two each.", "And no wolves.", "Boats too."]
    rendered = render_markdown(source)
    assert containers(rendered, 1) == ["footnote:p"]
    assert rendered.left_out == {"footnote mark": 1}


def test_comments_and_definitions_are_left_out_and_counted() -> None:
    source = """\
[comment]: # (This may be the most platform independent comment)
[//]: # "Another (nested) one"

<!-- one

two: secret -->
Shown <!-- inline --> here, before <!-- cut

over a paragraph --> after.

[home]: https://example.org/
"""
    rendered = render_markdown(source)
    assert rendered.text == "Shown here, before after."
    assert rendered.left_out == {"comment": 5, "link definition": 1}


def test_what_looks_like_a_comment_in_code_is_no_comment() -> None:
    assert shown("Write `<!-- x` to\nbegin and `-->` to end.") == ["Write <!-- x to begin and --> to end."]
    assert shown("```html\n<!-- a\n```\n\nb --> c") == ["<!-- a", "b --> c"]


def test_rows_say_their_columns() -> None:
    source = """\
| Offence | First time | Again |
|---|---|---|
| **Self-antag** | 7 days | 30 days |
| Spam | | 1 day |
| 3 | `mute` | |
"""
    assert kinds(source) == [
        ("row", "Self-antag · First time: 7 days · Again: 30 days"),
        ("row", "Spam · Again: 1 day"),
        ("row", "Offence: 3 · First time: mute"),
    ]
    rendered = render_markdown(source)
    assert rendered.containers[0].columns == ("Offence", "First time", "Again")
    check(source, rendered)


def test_a_column_name_maps_to_its_header_and_a_cell_to_itself() -> None:
    source = "| Offence | Ban |\n|---|---|\n| Spam | 7 days |\n"
    rendered = render_markdown(source)

    def origin(text: str) -> str:
        at = rendered.text.index(text)
        start, end = rendered.source_map.source_span(at, at + len(text))
        return source[start:end]

    assert origin("Ban: ") == "Ban"
    assert origin("7 days") == "7 days"
    assert origin("Spam · Ban: 7") == "Spam | 7"


def test_a_header_with_marks() -> None:
    source = "- | **Rank** | *Perks* `x` |\n  |---|---|\n  | Elder | fly |\n\n  after\n- next"
    assert kinds(source) == [
        ("row", "Elder · Perks x: fly"),
        ("item", "after"),
        ("item", "next"),
    ]
    assert marks(source) == set()
    assert containers(render_markdown(source), 1) == ["item", "list"]


def test_columns_without_names() -> None:
    assert shown("| | Ban? |\n|---|---|\n| Spam | yes |") == ["Spam · Ban? yes"]
    assert shown("| Command |\n|---|\n| /home |") == ["Command: /home"]
    assert shown(f"| Map | {'long ' * 20} |\n|---|---|\n| Nile | 4 |") == ["Nile · 4"]
    assert shown("| Only | header |\n|---|---|\n") == ["Only · header"]


HTML_TABLE = """\
<table>
<caption>Ranks</caption>
<thead><tr><th>Rank<th colspan=2>Perks</thead>
<tbody>
<tr><td rowspan="2">Elder<td>fly<td>heal
<tr><td>vote<br>twice<td><ul><li>pets<li>boats.</ul>
<tr><td>New<td><table><tr><td>none</td><td>yet</td></tr></table><td>
</table>

After it.
"""


def test_tables_in_html() -> None:
    assert kinds(HTML_TABLE) == [
        ("caption", "Ranks"),
        ("row", "Elder · Perks: fly · Perks: heal"),
        ("row", "Perks: vote; twice · Perks: pets; boats."),
        ("row", "New · Perks: none; yet"),
        ("paragraph", "After it."),
    ]
    rendered = render_markdown(HTML_TABLE)
    assert rendered.containers[0].title == 0
    check(HTML_TABLE, rendered)


def test_a_table_without_a_header_and_cells_without_a_row() -> None:
    assert kinds("<table><tr><td>a</td><td>b</td></tr></table>") == [("row", "a · b")]
    assert kinds("<table><td>a</td><td>b</td></table>") == [("row", "a · b")]
    assert shown("<td>loose</td> <tr>row</tr>") == ["loose", "row"]
    assert shown("<table><tr><th>a</th></tr><tr><th>b</th></tr><tr><td>1</td></tr></table>") == ["b: 1"]


def test_line_breaks_in_cells() -> None:
    assert shown("| a | b |\n|---|---|\n| x.<br>y | 1<br/>2 |") == ["x. y · b: 1; 2"]


def test_raw_html_is_its_text() -> None:
    source = """\
<div align="center">
  <h1>The Realm</h1>
  <p>A <em>friendly</em> server<br>since 2014 &mdash; <kbd>F3</kbd>
  <p hidden>secret</p>
  <img src="x.png" alt="no">
  <ol start="3"><li>three<li>four</ol>
  <dl><dt>Mods<dd>None</dl>
  <script>var no = "<p>";</script><style>p {}</style>
</div>
"""
    assert kinds(source) == [
        ("heading", "The Realm"),
        ("paragraph", "A friendly server\nsince 2014 — F3"),
        ("item", "three"),
        ("item", "four"),
        ("term", "Mods"),
        ("definition", "None"),
    ]
    rendered = render_markdown(source)
    assert [each.number for each in rendered.blocks if each.kind is BlockKind.ITEM] == [3, 4]
    assert rendered.left_out == {"image": 1, "script": 1, "style": 1}
    assert marks(source) == {("italic", "friendly"), ("code", "F3")}
    check(source, rendered)


def test_details_hold_their_markdown() -> None:
    source = (
        "<details>\n<summary>Where are <b>backups</b>?</summary>\n\nIn *two* places.\n\n- here\n\n"
        "</details>\n\nEnd."
    )
    rendered = render_markdown(source)
    assert kinds(source) == [
        ("title", "Where are backups?"),
        ("paragraph", "In two places."),
        ("item", "here"),
        ("paragraph", "End."),
    ]
    assert containers(rendered, 1) == ["details"]
    assert containers(rendered, 3) == []
    assert rendered.containers[0].title == 0


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Text <b>bold\n\nnext", ["Text bold", "next"]),
        ("</div> stray </p> tags", ["stray tags"]),
        ("<p>one<div>two</div>three", ["one", "two", "three"]),
        ("a <unknown-tag>b</unknown-tag> c", ["a b c"]),
        ("a < b and c > d & e", ["a < b and c > d & e"]),
        ("<div><!DOCTYPE html></ broken><p>text</p></div>", ["text"]),
        ("<div>a &unknown; b</div>", ["a &unknown; b"]),
        ("one<hr>two", ["one", "two"]),
        ("<br>start<br>", ["start"]),
        ("> <div>\n> in a quotation\n> </div>", ["in a quotation"]),
        ("<!-- never closed\n\ntext", []),
        ("line one<br><br>line two", ["line one\nline two"]),
        ("<details><summary></summary></details>", []),
        ("<div>never closed", ["never closed"]),
        ("<p><b>one<p>two", ["one", "two"]),
        ("<b><p>one</p><hr><p></p></b>", ["one"]),
        ("a <svg>`b`<br></svg>c", ["a c"]),
        ("a ` ` b", ["a b"]),
        ("x<sup>a\nb</sup> y<sup>1<br>2</sup> z<sup>1`t`</sup>", ["x a b y¹\n2 z¹t"]),
        ("x<sup>1\n\ny", ["x¹", "y"]),
        ("a<br> b", ["a\nb"]),
        ("| a | b |\n|---|---|\n| the *old* map | |\n| | |", ["the old map"]),
        ("![a\nb <i>c</i> `d`  \n[^1]](x.png) e", ["e"]),
        ("a\r\n\r\nb", ["a", "b"]),
        ("<pre>never\n\nclosed", ["never\n\nclosed"]),
    ],
)
def test_html_as_people_write_it(source: str, expected: list[str]) -> None:
    assert shown(source) == expected
    check(source, render_markdown(source))


def test_marks_are_not_nested_without_end() -> None:
    source = f"{'<b>' * 40}word `code`"
    rendered = render_markdown(source)
    assert len(rendered.marks) == 16
    check(source, rendered)


def test_a_soft_break_is_a_space_but_not_in_chinese() -> None:
    assert shown("one\ntwo") == ["one two"]
    assert shown("服务器\n规则") == ["服务器规则"]
    assert shown("many   spaces\tand tabs") == ["many spaces and tabs"]


def test_byte_offsets_become_characters() -> None:
    source = "Ünï → **cödé** 🎉 `é` [ü](x)\n\n| ä | ö |\n|---|---|\n| é | ß |\n"
    rendered = render_markdown(source)
    assert rendered.text == "Ünï → cödé 🎉 é ü\n\né · ö: ß"
    check(source, rendered)


def test_nothing_and_almost_nothing() -> None:
    for source in ("", "\n\n", "\ufeff", "---\n", "![x](y)"):
        rendered = render_markdown(source)
        assert (rendered.text, rendered.blocks) == ("", ())
        assert rendered.source_map.text_offset(0) == 0
    assert shown("\ufeffHello") == ["Hello"]
    assert shown("lone \ud800 surrogate") == ["lone \ufffd surrogate"]


def test_text_equals_the_text_of_the_parsers_own_page() -> None:
    source = PAGE.partition("| Rank")[0]
    page = html.fromstring(f"<div>{pyromark.html(source, options=OPTIONS)}</div>")
    assert re.sub(r"\s", "", page.text_content()) == re.sub(r"\s", "", render_markdown(source).text)
