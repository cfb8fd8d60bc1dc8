"""What reads text from outside takes time that is near linear in its length, whatever the text is.

Each function is given repetitions of many pieces, twice as many again and again, up to a megabyte or until a
call takes long enough for its growth to show. Where a text is cut or refused before a function sees it, the
function that does so is the one that is tested.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from bot import token
from bot.features import auto_reply
from bot.features.context import rendering
from bot.messages import answers, escape, invisible_characters, question_header, safe_urls, small_talk
from bot.monitoring import logs
from bot.unknown_settings import misspelt
from index import citation_ids, corpus
from index.answering import claim_matching, compound, context, unsupported
from index.answering import text_fragments as answer_links
from index.convert import _charset, _docx, _layout, _markdown_writer, convert
from index.convert._conversion import make_article
from index.corpus import _format
from index.errors import FootnoteError, UsageError
from index.evaluation import calibration
from index.indexing.chunks import Chunker
from index.ranking import features as evidence
from index.render import Dialect, detect, render_markdown
from index.retrieval import question as query
from index.retrieval import spelling
from index.settings import ENV_LIMIT, IndexSettings, load, read_env
from index.text import blocks as block
from index.text import contradictions, markup, words
from index.text.normalization import normalize
from index.text.sentences import segment
from index.types import Article, Citation, Context, MissingWords, SpellingCorrected
from tests.bot.written import answered, declined
from tests.growth import Hostile, doublings, steepness
from tests.hostile import MARKDOWN_PIECES, PIECES

SHORTEST: Final = 2048
LONGEST: Final = 2**20
"""Characters of the shortest and of the longest input."""
FLOOR: Final = 0.002
ENOUGH: Final = 0.008
"""CPU seconds from which a call is judged, and those of a linear call that is made no longer."""

FRAMES: Final = (("a", "b"), ("# a", "b\n"))
"""Heads and tails. A piece of several characters has only the first, which is the worst for most."""


def count(texts: Any) -> list[int]:
    return [len(text.split()) + 2 for text in texts]


def article(text: str) -> Article:
    return Article(id="a", title="T", text=text, url="https://example.org/")


def chunks(text: str) -> None:
    Chunker(count, 64).chunk(article(text), segment(text))


def one_chunk(text: str) -> None:
    """A sentence that no chunk holds is split."""
    Chunker(lambda texts: [len(each) + 2 for each in texts], 64).chunk(article(text), segment(text))


def text_fragments(text: str) -> None:
    whole = article(f"{text} that is the end")
    for start, end in ((0, 200), (0, len(whole.text)), (len(text) // 2, len(text) // 2 + 200)):
        answer_links.text_fragment_link(whole, start, end)
    answer_links.text_fragment_link(whole, len(text), len(whole.text))


def rendered(dialect: Dialect | None) -> Callable[[str], None]:
    """Rendering at the start of a file, in front matter, in a table, and in containers of the dialects."""

    def render(text: str) -> None:
        for start in (
            "",
            "---\na: b\n---\n",
            "| a | b |\n|---|---|\n",
            "> [!note] ",
            "!!! note\n    ",
            "<td>",
        ):
            render_markdown(start + text, dialect=dialect)
        detect(text)

    return render


def question(text: str) -> None:
    query.understand(text)
    compound.split(f"who {text}")
    compound.split(text)
    small_talk.reply_to(text)
    unsupported.unsupported(text)
    unsupported.topic_of(f"which articles are about {text}")


def one_sentence(text: str) -> None:
    """What is looked for in a sentence that is a candidate."""
    for asked in ("Who is it?", "When is it?", "How many are there?", "Why is it?"):
        evidence.holds(query.understand(asked), text)
    context.needs_lead(text, "It was said.")
    context.needs_lead(f"“{text}", "It was said.")
    context.needs_lead("The cat sat.", text)
    calibration.of_sentence(text, len)
    calibration.of_heading(text)


def two_sentences(text: str) -> None:
    claim_matching.liken(text, f"{text} 7")
    claim_matching.liken("The cat sat.", text)
    contradictions.differences(text, f"{text} not")


def spelling_of(text: str) -> None:
    """The question is short: `query.understand` reads 2,000 characters of it; words of articles are not."""
    spelling._closest("whether", Counter(spelling._WORD.findall(text)), {"whether"})


def claims_in(text: str) -> None:
    claim_matching._sentences(text)
    claim_matching._clauses(text)


def changed_article(text: str) -> None:
    proof = citation_ids.parse(citation_ids.make("a", 0, 5, "other"))
    context.context_of(proof, [article(f"{text} that is the end")], "that is it")
    with suppress(FootnoteError):
        citation_ids.parse(text)


def file(suffix: str) -> Callable[[str], None]:
    def read(text: str) -> None:
        with suppress(FootnoteError):
            _format.parse(Path(f"a{suffix}"), "a", "a", text.encode("utf-8", "replace"))

    return read


def front_matter(text: str) -> None:
    for field in ("title: ", "tags: [", "", "published: 2024-05-31", "url: https://example.org/"):
        file(".md")(f"---\n{field}{text}\n---\n\nText.")


def dump(text: str) -> None:
    row: dict[str, object] = {"id": "a", "title": "b", "text": "c"}
    fields = {"id", "title", "text", "tags", "source"}
    rows = [row | {field: text} for field in fields]
    rows += [row | {"published": f"2024-05-31{text}"}, row | {"url": f"https://example.org/{text}"}]
    file(".jsonl")("\n".join(map(json.dumps, rows)))


def names(text: str) -> None:
    corpus.slug(text)
    corpus.humanised(text)
    corpus.one_line(text)
    with suppress(FootnoteError):
        corpus.check_id(text)
    normalize("NFC", text)
    normalize("NFKD", text)


def conversion(text: str) -> None:
    """Of what has no name: the format is told from the text."""
    with suppress(FootnoteError):
        convert("-", text.encode("utf-8", "replace"))


def html(text: str) -> None:
    """Of a page, as the sandboxed process does it."""
    given = dict.fromkeys(("url", "source", "published", "language"))
    rest: dict[str, Any] = {"address": "", "charset": None, "file_title": "", "title": None, "tags": ()}
    with suppress(FootnoteError):
        make_article(
            text.encode("utf-8", "replace"), kind="html", name="a", collection="", given=given, **rest
        )


def page(text: str) -> None:
    html(f"<html><title>T</title><p>A paragraph.</p>{text}</html>")


def title_of_page(text: str) -> None:
    head = f'<title>{text}</title><meta property="og:title" content="{text} - a | b">'
    html(f"<html>{head}<p>A paragraph.</p></html>")


def charset(text: str) -> None:
    _charset.decode(text.encode("utf-8", "replace"))
    _charset.decode(b"a", text)


def properties_of_docx(text: str) -> None:
    for tag in ("", "<dc:title", "<dc:title>", "<dcterms:created>"):
        _docx._TITLE.search(tag + text)
        _docx._MODIFIED.findall(tag + text)
    _docx._BACK.sub(_docx._without_reference, f'<a href="#{text}">↑</a>')


def lines_of(text: str, width: int, per_page: int) -> list[list[_layout.Line]]:
    texts = (" ".join(text[at : at + width].split()) or "x" for at in range(0, len(text), width))
    lines = [_layout.Line(each, 10, 700 - 12 * (n % per_page), 10) for n, each in enumerate(texts)]
    return [lines[at : at + per_page] for at in range(0, len(lines), per_page)]


def pdf(text: str) -> None:
    _layout.to_markdown(lines_of(text, 80, 50))


def pdf_of_long_lines(text: str) -> None:
    _layout.to_markdown([*lines_of(text, max(1, len(text) // 2), 2), *lines_of("abc def " * 20, 10, 2)])


def pdf_of_broken_words(text: str) -> None:
    paging = lines_of(text, 4, 10_000)
    _layout.to_markdown([[replace(line, text=f"{line.text}-") for line in page] for page in paging])


def text_of_html(text: str) -> None:
    _markdown_writer._paragraphs(text)
    _markdown_writer.bare(text)
    _markdown_writer.superscript(text)
    _markdown_writer.without_title(f"# {text}\n\na", text)


def message(text: str) -> None:
    """Discord's messages have 6,000 characters at most; nothing here relies on it."""
    for content in (text, f"-# {text}", f"> “{text}", f"> **{text}", f"-# _in\xa0{text}"):
        question_header.read(content)
        question_header.stressed(content)
    question_header.quotation(f"> “{text}", "In context ¹")


def sentence_in_context(text: str) -> None:
    whole = Article(f"a{text}", f"T{text}", f"x{text} end", source=text, url=f"https://e.org/{text}")
    for end in (1, len(whole.text)):
        rendering.render_context(Context("intact", whole, 0, end, text, text))
        rendering.render_part(Context("intact", whole, 0, end, "", whole.text[end:]), "a", 1)


def answer(text: str) -> None:
    cited = Citation(text or "x", f"a{text}", text, f"https://e.org/{text}", None, 0, 1, 1.0, None, text)
    given = answered(cited, question=text)
    answers.render(given, answers.AnswerView(asked=True))
    answers.render(replace(declined(cited), reason=MissingWords((text, text), 1)))
    answers.render(replace(given, notes=(SpellingCorrected(text, text),)))


def address(text: str) -> None:
    for url in (f"https://example.org/{text}", f"https://{text}", f"https://{text}.org"):
        safe_urls.button_address(url)
        answer_links._address(url)


def message_without_mention(text: str) -> None:
    found = auto_reply._LINK.sub(" ", text)
    auto_reply._COMMAND.match(found)
    auto_reply._SOLVED.search(found)
    auto_reply._NOT.search(found)


def secret(text: str) -> None:
    token.flaw(text, official=True)
    logs._without_secrets(text)


FUNCTIONS: Final[dict[str, Callable[[str], object]]] = {
    "segmentation": segment,
    "segmentation of plain text": lambda text: segment(text, markdown=False),
    "blocks": lambda text: list(block.blocks(text)),
    "rendered Markdown": rendered(None),
    "rendered MDX": rendered(Dialect.MDX),
    "rendered notes of Obsidian": rendered(Dialect.OBSIDIAN),
    "rendered MyST": rendered(Dialect.MYST),
    "chunks": chunks,
    "parts of a long sentence": one_chunk,
    "markup": markup.plain,
    "words": words.terms,
    "text fragments": text_fragments,
    "a question": question,
    "evidence in a sentence": one_sentence,
    "likeness and differences": two_sentences,
    "claims": claims_in,
    "spelling": spelling_of,
    "citation ids and context": changed_article,
    "a Markdown file": file(".md"),
    "a text file": file(".txt"),
    "a dump": file(".jsonl"),
    "rows of a dump": dump,
    "ids and file names": names,
    "conversion": conversion,
    "a page": page,
    "the title of a page": title_of_page,
    "a character set": charset,
    "properties of a DOCX": properties_of_docx,
    "a PDF": pdf,
    "a PDF of long lines": pdf_of_long_lines,
    "a PDF of broken words": pdf_of_broken_words,
    "text of HTML": text_of_html,
    "escaping": escape.escape,
    "line breaks": escape.unwrap,
    "one line": lambda text: escape.one_line(text, 300),
    "invisible characters": invisible_characters.reveal,
    "what a message answers": message,
    "a sentence in its context": sentence_in_context,
    "an answer": answer,
    "addresses": address,
    "a message without a mention": message_without_mention,
    "a token and the log": secret,
    "a misspelt key": lambda text: misspelt([text], ["BOT_TOKEN", "BOT_LOG"] * 20),
}


def hostile(name: str) -> Iterator[Hostile]:
    for piece in (*PIECES, *MARKDOWN_PIECES) if name.startswith("rendered") else PIECES:
        for head, tail in FRAMES if len(piece) == 1 else FRAMES[:1]:
            yield Hostile(piece, head, tail)


def cold(call: Callable[[str], object]) -> Callable[[str], object]:
    """The call, by which nothing is known from the call before it."""

    def forgetful(text: str) -> None:
        for each in vars(words).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()
        call(text)

    return forgetful


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_takes_linear_time(name: str) -> None:
    call = cold(FUNCTIONS[name])
    call("Warm up.")  # what is imported or compiled the first time is not counted
    for one in hostile(name):
        sizes = doublings(SHORTEST, LONGEST, one.piece)
        ratio = steepness(call, one.times, sizes, floor=FLOOR, enough=ENOUGH)
        assert not ratio, f"{name} of {one}: {ratio:.1f} times the CPU time at twice the length"


@pytest.mark.parametrize(
    "name",
    [
        "segmentation",
        "markup",
        "words",
        "a Markdown file",
        "a dump",
        "ids and file names",
        "conversion",
        "a character set",
    ],
)
def test_a_megabyte_of_everything_takes_twice_as_long_as_half_of_it(name: str) -> None:
    call = cold(FUNCTIONS[name])
    call("Warm up.")
    everything = "".join(piece * 40 + "\n" for piece in PIECES)
    ratio = steepness(call, Hostile(everything).times, [LONGEST // len(everything)], floor=FLOOR)
    assert not ratio, f"{name}: {ratio:.1f} times the CPU time at a megabyte"


def test_an_env_file_is_read_in_linear_time_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / ".env"

    def read(text: str) -> None:
        path.write_text(text, encoding="utf-8", newline="")
        with suppress(FootnoteError):
            read_env(path)

    for piece in ("A", "A=a\n", "A='a\\\n", "=", "\n", " ", "#", "'", '"', "\\", "a b\n", "export ", "${A"):
        for head in ("", "A="):
            sizes = doublings(SHORTEST, ENV_LIMIT, piece)
            ratio = steepness(read, Hostile(piece, head).times, sizes, floor=FLOOR, budget=2.0)
            assert not ratio, f"{head!r} + {piece!r} * n: {ratio:.1f} times the CPU time at twice the length"


def test_a_larger_env_file_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("#" * (ENV_LIMIT + 1), encoding="utf-8")
    for read in (lambda: read_env(Path(".env")), lambda: load(IndexSettings)):
        with pytest.raises(UsageError, match=r"larger than 64 KiB"):
            read()
    Path(".env").write_text("#" * ENV_LIMIT, encoding="utf-8")
    assert read_env(Path(".env")) == []
    assert load(IndexSettings).chunk_tokens == 256
