import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.convert import convert
from index.errors import ConversionFailed
from index.types import Article

NEWS = """<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8">
<title>Mali thanks Russia for UN veto | Saltmere Courier</title>
<meta property="og:site_name" content="Saltmere Courier">
<meta property="article:published_time" content="2023-09-11T08:30:00+02:00">
<link rel="canonical" href="https://courier.example/world/mali-thanks-russia">
<style>.quote { color: red }</style><script>var tracker = "never quote me";</script>
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Mali thanks Russia for UN veto",
 "articleBody": "never quote the data either"}</script>
</head><body>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav></header>
<div class="cookie-banner">We use cookies to improve your experience. <button>Accept all</button></div>
<main><article>
<h1>Mali thanks Russia for UN veto</h1>
<p class="byline">By <a href="/ann">Ann Field</a>, 11 September 2023</p>
<p>Assimi Goïta, the interim president of Mali, thanked
 <a href="https://en.wikipedia.org/wiki/Vladimir_Putin">Vladimir Putin</a> on Sunday for vetoing a resolution
 that would have <strong>extended sanctions</strong>.<sup><a href="#n1">[1]</a></sup></p>
<p>“We spoke about <em>security</em>&nbsp;and trade,” he said.<br>At least 64 people died in attacks in
 north<wbr>ern Mali.<!-- never quote comments --></p>
<div style="color: red; display : none">Hidden words: never quote the moon, which is of cheese.</div>
<p hidden>Also hidden: never quote this paragraph, which nobody who reads the page sees.</p>
<noscript>Please never quote a page without scripts.</noscript>
<figure><img src="/a.jpg" alt="Goïta"><figcaption>Assimi Goïta in Bamako in September.</figcaption></figure>
<h2>What the vote changed</h2>
<p>The sanctions included:</p>
<ul><li>asset freezes,</li><li>travel bans on <b>eight</b> people, and</li>
<li>the work of a panel:<ul><li>its reports</li><li>its visits</li></ul></li></ul>
<ol><li>First the Council voted.</li><li>Then Russia vetoed.</li></ol>
<table><thead><tr><th>Country</th><th>Vote</th></tr></thead>
<tbody><tr><td>Russia</td><td>No</td></tr><tr><td>France | Emirates</td><td>Yes</td></tr></tbody></table>
<blockquote><p>The fight against terrorism was discussed by the two presidents.</p></blockquote>
<pre><code>python -m index add page.html
  ls  -l</code></pre>
<h3>Background</h3>
<p>The panel cost <s>5</s> 10<sup>6</sup> francs, says the file <code>cost_2023</code>
 &lt;draft 7&gt; of &amp;copy.</p>
</article></main>
<aside><h3>Related</h3><ul><li><a href="/1">Niger: what next?</a></li></ul></aside>
<footer><p>© 2024 Saltmere Courier. All rights reserved.</p></footer>
</body></html>"""


def page(body: str, head: str = "<title>The ferry</title>") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


def text_of(body: str) -> str:
    return convert("page.html", page(body)).text


def test_news_page():
    article = convert("page.html", NEWS.encode(), collection="news")
    assert article == Article(
        id="news/mali-thanks-russia-for-un-veto",
        title="Mali thanks Russia for UN veto",
        text=article.text,
        url="https://courier.example/world/mali-thanks-russia",
        source="Saltmere Courier",
        published="2023-09-11",
        language="en-GB",
    )
    assert article.text == (
        "Assimi Goïta, the interim president of Mali, thanked Vladimir Putin on Sunday for vetoing "
        "a resolution that would have extended sanctions.\n\n"
        "“We spoke about security and trade,” he said.\n"
        "At least 64 people died in attacks in northern Mali.\n\n"
        "## What the vote changed\n\n"
        "The sanctions included:\n\n"
        "- asset freezes,\n- travel bans on eight people, and\n- the work of a panel:\n"
        "  - its reports\n  - its visits\n\n"
        "1. First the Council voted.\n2. Then Russia vetoed.\n\n"
        "| Country | Vote |\n| --- | --- |\n| Russia | No |\n| France \\| Emirates | Yes |\n\n"
        "> The fight against terrorism was discussed by the two presidents.\n\n"
        "```\npython -m index add page.html\n  ls  -l\n```\n\n"
        "### Background\n\n"
        "The panel cost 10⁶ francs, says the file `cost_2023` <draft 7> of &copy."
    )


def test_short_page_made_in_a_form():
    form = f"<form><nav>{'Home of the ferries ' * 20}</nav><p>The ferry sails.</p></form>"
    menu = "<nav>Home</nav>"
    assert (
        text_of(f"{menu}<div><form>Search</form><p>The ferry sails at ten.</p></div>")
        == "The ferry sails at ten."
    )
    assert text_of(menu + form) == "The ferry sails."


def test_short_page_is_taken_whole_but_for_what_is_around_it():
    menu = "<nav><a href='/'>Home</a></nav><footer>Imprint</footer><form>Search</form>"
    assert text_of(f"{menu}<p>The ferry sails at ten.</p>") == "The ferry sails at ten."


@pytest.mark.parametrize(
    "html",
    [
        "<p>The ferry sails at ten.",
        "The ferry sails at ten.",
        "<b>The ferry</b> sails at ten.",
    ],
)
def test_pieces_of_pages(html):
    assert convert("piece.htm", html.encode()).text == "The ferry sails at ten."


@pytest.mark.parametrize(
    "html",
    [
        b"",
        b" ",
        b"<html></html>",
        page("<script>document.write('The ferry')</script><div id=app></div>"),
        b"<!-- x -->",
        b"<noscript><p>The ferry</p><p>sails.</p></noscript>",
    ],
)
def test_no_text(html):
    with pytest.raises(ConversionFailed, match=r"page\.html (contains no text|is an empty page)"):
        convert("page.html", html)


def test_body_that_a_script_would_show():
    html = b"<html><body style='display:none'><p>The ferry sails at ten.</p></body></html>"
    assert convert("page.html", html).text == "The ferry sails at ten."


SAILS = "<p>The ferry sails at ten, and it does not sail in a gale. Dogs travel free in winter.</p>" * 3


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Ferry - Saltmere</title><meta property='og:site_name' content='Saltmere'>", SAILS, "Ferry"),
        ("<title>Ferry - winter - Saltmere</title>", SAILS, "Ferry - winter"),
        ("<title>x | Saltmere</title><meta name='twitter:title' content='The  ferry'>", SAILS, "The ferry"),
        (
            "<title>Lints - The book</title>",
            f"<h1>The book</h1><h2>Keys</h2><main><h1>Lints</h1>{SAILS}</main>",
            "Lints",
        ),
        (
            "<title>B - Operators - The book</title>",
            f"<h1>The book</h1><main>{SAILS}</main>",
            "B - Operators - The book",
        ),
        ("<title>The book</title>", f"<h1>The book</h1><main>{SAILS}</main>", "The book"),
        ("", f"<main><h2>Of ferries</h2>{SAILS}</main>", "Of ferries"),
        ("", SAILS, "Ferry times"),
    ],
)
def test_title(head, body, title):
    assert convert("ferry-times.html", page(body, head)).title == title


def test_title_repeated_at_the_top_goes_but_never_the_only_text():
    assert convert("a.html", page("<h1>The ferry.</h1>" + SAILS)).text.startswith("The ferry sails")
    assert convert("a.html", page("<h1>The ferry</h1>")).text == "# The ferry"


@pytest.mark.parametrize(
    ("head", "body", "published"),
    [
        ("<meta name='date' content='2024-02-29'>", "", "2024-02-29"),
        ("", "<time datetime='2024-02-29'>last week</time>", "2024-02-29"),
        ("", "<p class='dateline'>Saltmere, 29 February 2024</p>", "2024-02-29"),
        ("", "<p>Version 1.95 (59807616e 2024-02-29)</p>", None),
        ("", f"<div class='date'>{SAILS}{SAILS}<p>Version (2024-02-29)</p></div>", None),
        ("<meta name='date' content='soon'>", "", None),
    ],
)
def test_date_only_where_pages_say_when_they_were_published(head, body, published):
    assert convert("a.html", page(body + SAILS, head)).published == published


def test_sloppy_facts_about_a_page_do_not_refuse_it():
    head = "<link rel='canonical' href='javascript:alert(1)'><title>A</title>"
    html = page(SAILS, head).replace(b"<html>", b"<html lang='English, mostly'>")
    article = convert("a.html", html)
    assert (article.url, article.language) == (None, None)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<meta charset=utf-8>caf\xe9".encode(), "café"),
        ("<meta charset='iso-8859-1'>\u201ccaf\xe9\u201d".encode("cp1252"), "“café”"),
        (
            "<meta http-equiv=Content-Type content='text/html; charset=windows-1251'>Кафе".encode("cp1251"),
            "Кафе",
        ),
        ("<meta charset=shift_jis>喫茶店".encode("shift_jis"), "喫茶店"),
        ("<p>caf\xe9".encode("latin-1"), "café"),
        ("<meta charset=no-such-charset><p>caf\xe9".encode(), "café"),
        ("<meta charset=idna><p>caf\xe9".encode(), "café"),
        ("<meta charset='zip'><p>caf\xe9".encode(), "café"),
        ("\ufeff<meta charset=koi8-r><p>caf\xe9".encode(), "café"),
        ("\ufeff<p>caf\xe9".encode("utf-16-le"), "café"),
        ("\ufeff<p>caf\xe9".encode("utf-16-be"), "café"),
        (b"<meta charset=utf-8><p>caf\xff\xfe", "caf\ufffd\ufffd"),
    ],
)
def test_encodings(html, expected):
    assert convert("a.html", html).text == expected


class TestMarkdown:
    def test_nested_structures(self):
        body = (
            "<main>"
            + SAILS
            + "<ul><li><p>First.</p><p>Second.</p><pre>a\n\nb</pre></li><li><ol><li>x</li><li></li></ol></li>"
            "<ul><li>stray</li></ul></ul></main>"
        )
        assert text_of(body).endswith("- First.\n\n  Second.\n\n  ```\n  a\n\n  b\n  ```\n- 1. x\n- - stray")

    def test_list_of_cards_is_no_list(self):
        cards = "".join(
            f"<li><h3>Card {one}</h3><p>{one} is a long description of a feature.</p></li>" for one in "ABC"
        )
        text = text_of(f"<main>{SAILS}<ul>{cards}</ul></main>")
        assert "### Card A\n\nA is a long description of a feature.\n\n### Card B" in text

    def test_table_that_lays_out_a_page(self):
        text = text_of(f"<table><tr><td><h2>Menu</h2></td><td>{SAILS}</td></tr></table>")
        assert "## Menu\n\nThe ferry sails" in text
        assert "|" not in text
        assert "|" not in text_of(f"<table><tr><td>{SAILS}</td></tr><tr><td>The end of it.</td></tr></table>")

    def test_table_with_a_caption(self):
        rows = "<tr><th>Day</th><th>Hour</th></tr><tbody><tr><td>Monday</td><td>ten</td></tr></tbody>"
        html = f"<nav>x</nav><table><caption>Ferries</caption>{rows}<tr><td></td><td></td></tr></table>"
        assert text_of(html) == "Ferries\n\n| Day | Hour |\n| --- | --- |\n| Monday | ten |"
        wide = f"<table><tr><th colspan=2>Ferries</th><th></th></tr>{rows}</table>"
        assert text_of(f"<main>{SAILS}{wide}</main>").endswith(
            "Ferries\n\n| Day | Hour |\n| --- | --- |\n| Monday | ten |"
        )
        assert (
            text_of("<p>x</p><table><caption>No ferries</caption><tr><td> </td><td></td></tr></table>")
            == "x\n\nNo ferries"
        )

    def test_text_that_looks_like_structure(self):
        body = "<p># 1 in the world</p><p>```</p><p>---</p><p>1. first</p><p>a<br># b<br><br>c</p>"
        assert text_of(body) == "\\# 1 in the world\n\n\\```\n\n\\---\n\n1. first\n\na\n\\# b\n\nc"

    def test_code(self):
        body = (
            "<pre>a ``` b<br>c</pre><pre> </pre>"
            "<p>Type <code>x`y</code> or <code> </code>or <code>z</code>.</p><pre>x</pre>"
        )
        assert text_of(body) == "````\na ``` b\nc\n````\n\nType x`y or or `z`.\n\n```\nx\n```"

    def test_invisible_characters_and_white_space(self):
        body = (
            "<p>  The\tfer\xadry\u200b\n sails\xa0at \u2009ten.\ufeff  </p>"
            "<h2> </h2><blockquote> </blockquote><ul><li></ul>"
        )
        assert text_of(body) == "The ferry sails at ten."

    def test_superscripts(self):
        assert text_of(
            "<p>x<sup>2</sup> y<sup>-3</sup> 1<sup>st</sup> z<sup>[note]</sup> H<sub>2</sub>O</p>"
        ) == ("x² y⁻³ 1st z H2O")

    def test_nothing_skipped_comes_back_as_a_block(self):
        assert text_of("<p>x</p><object><p>never</p></object><svg><title>never</title></svg>") == "x"


class TestHostile:
    @pytest.mark.parametrize(
        "tag", ["div", "b", "ul><li", "blockquote", "table><tr><td", "span", "a href=/x"]
    )
    def test_deep_nesting(self, tag):
        opened = "".join(f"<{one}>" for one in tag.split("><")) * 10_000
        start = time.monotonic()
        try:
            assert convert("a.html", page(f"{SAILS}{opened}<p>deep</p>")).text.startswith("The ferry")
        except ConversionFailed as error:
            assert "contains no text" in str(error)
        assert time.monotonic() - start < 20

    @pytest.mark.parametrize("tag", ["b", "span", "code", "a", "sup", "kbd", "q"])
    def test_thousands_of_inline_elements_in_a_row(self, tag):
        body = "".join(f"<{tag}>The ferry {number} sails.</{tag}> " for number in range(8_000))
        start = time.monotonic()
        text = text_of(f"<p>{body}</p>")
        assert "The ferry 7999 sails." in text
        assert time.monotonic() - start < 20

    def test_a_wide_table_does_not_grow(self):
        wide = "<tr>" + "<td>x</td>" * 1_000 + "</tr>" + "<tr><td>y</td></tr>" * 1_000
        assert len(text_of(f"<table>{wide}</table>")) < 20_000

    def test_entity_bomb_is_just_text(self):
        bomb = '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
        article = convert("a.html", f"{bomb}<html><body><p>The ferry &b; sails.</p></body></html>".encode())
        assert "haha" not in article.text

    def test_too_many_elements(self, monkeypatch):
        monkeypatch.setattr("index.convert._html.ELEMENT_LIMIT", 100)
        with pytest.raises(ConversionFailed, match="more than 100 elements"):
            convert("a.html", page("<p>x" * 200))

    def test_control_characters_and_stray_references(self):
        assert text_of("<p>The\x01 ferry&#0; &#x1F; &#xD800; sails&nosuch; at ten.</p>").startswith(
            "The ferry"
        )


tags = st.sampled_from(
    "p div b a ul ol li table tr td th h1 h3 blockquote pre code br sup s dl dt hr section nav script".split()
)
pieces = st.one_of(
    st.sampled_from(
        ["ferry ", "sails. ", "# ", "- ", "<", "&amp;", "&lt;p&gt;", "\n", "|", "`", "<!--", "-->", "é"]
    ),
    tags.map(lambda tag: f"<{tag}>"),
    tags.map(lambda tag: f"</{tag}>"),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(pieces, max_size=60).map("".join))
def test_any_soup_gives_an_article_or_a_sentence(body):
    try:
        article = convert("a.html", page(body))
    except ConversionFailed as error:
        assert str(error).startswith("a.html ")
    else:
        assert article.text.strip()
        assert article.title
