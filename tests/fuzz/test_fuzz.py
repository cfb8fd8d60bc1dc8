"""Whatever is read, it is understood or refused in a sentence, and what is quoted is there word for word."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import strategies as st

from bot.messages import custom_ids
from index import citation_ids, corpus
from index.answering import compound
from index.convert import convert
from index.corpus import _format
from index.errors import FootnoteError, UsageError
from index.retrieval.question import understand
from index.settings import read_env
from index.text.sentences import segment
from tests.fuzz import inputs
from tests.fuzz.running import fuzzed
from tests.test_linear_patterns import FoundPattern, check_pattern, collected

KINDS = [kind for kind in vars(custom_ids).values() if isinstance(kind, custom_ids.Kind)]


def check_spans(text: str, *, markdown: bool) -> None:
    """Sentences are spans of the text, in order, and do not overlap."""
    end = 0
    for sentence in segment(text, markdown=markdown):
        assert sentence.text == text[sentence.start : sentence.end]
        assert sentence.text.strip()
        assert end <= sentence.start < sentence.end
        end = sentence.end


def check_conversion(name: str, data: bytes) -> None:
    """It is refused, or becomes an article that reads the same from its file."""
    try:
        made = convert(name, data)
    except FootnoteError as error:
        assert "\n" not in str(error)
        return
    check_spans(made.text, markdown=True)
    with tempfile.TemporaryDirectory() as folder:
        path = corpus.write(Path(folder), made)
        [again], skipped = corpus.read(Path(folder), path)
    assert (again.text, again.title, skipped) == (made.text, made.title, [])


@fuzzed(st.sampled_from([".md", ".txt"]), st.one_of(inputs.articles, inputs.texts.map(str.encode)))
def test_articles(suffix: str, data: bytes) -> None:
    with suppress(FootnoteError):
        found, _ = _format.parse(Path(f"a{suffix}"), "a", "a", data)
        for article in found:
            check_spans(article.text, markdown=suffix == ".md")


@fuzzed(
    st.lists(
        st.one_of(
            inputs.texts,
            st.fixed_dictionaries(
                {}, optional=dict.fromkeys(("id", "title", "text", "url", "published", "tags"), inputs.texts)
            ).map(json.dumps),
        ),
        max_size=4,
    )
)
def test_dumps(lines: list[str]) -> None:
    with suppress(FootnoteError):
        found, _ = _format.parse(Path("a.jsonl"), "a", "a", "\n".join(lines).encode())
        for article in found:
            check_spans(article.text, markdown=True)


@fuzzed(inputs.pages)
def test_pages(data: bytes) -> None:
    check_conversion("a.html", data)


@fuzzed(inputs.docxs)
def test_word_documents(data: bytes) -> None:
    check_conversion("a.docx", data)


@fuzzed(inputs.pdfs)
def test_pdfs(data: bytes) -> None:
    check_conversion("a.pdf", data)


@fuzzed(st.one_of(inputs.articles, inputs.texts.map(str.encode), st.binary(max_size=300)))
def test_what_has_no_name(data: bytes) -> None:
    check_conversion("-", data)


@fuzzed(st.sampled_from(collected()), st.integers(0, 2**32), few=3)
def test_patterns(found: FoundPattern, number: int) -> None:
    """Patterns take linear time on inputs that are made of their own parts by chance."""
    check_pattern(found, str(number))


@fuzzed(inputs.texts)
def test_sentences(text: str) -> None:
    for markdown in (True, False):
        check_spans(text, markdown=markdown)


@fuzzed(inputs.texts)
def test_questions(text: str) -> None:
    for part in compound.split(text):
        understand(part)


@fuzzed(inputs.texts, st.integers(0, 500))
def test_citation_ids(text: str, start: int) -> None:
    parsed = citation_ids.parse(citation_ids.make(text, start, start + len(text) + 1, f"a{text}"))
    assert citation_ids.matches(parsed, text)
    assert parsed.proves(f"a{text}")
    assert (parsed.start, parsed.end) == (start, start + len(text) + 1)
    with suppress(UsageError):
        citation_ids.parse(text)


@fuzzed(st.sampled_from(KINDS), inputs.texts)
def test_custom_ids(kind: custom_ids.Kind, text: str) -> None:
    """What anybody sends as a custom id is of another kind, or is read and written the same."""
    for custom_id in (text, f"{kind.name}:{text}"):
        fields = kind.parse(custom_id)
        if fields is not None and len(custom_id) <= custom_ids.LONGEST:
            given = [value for value in fields.values() if value is not None]
            assert kind.parse(kind.encode(*given)) == fields


@fuzzed(
    st.lists(
        st.tuples(
            st.sampled_from(["BOT_TOKEN", "INDEX_DIR", "set X", "export A", "é"]),
            st.sampled_from(["=", ": ", " = ", "", "='", '="']),
            inputs.texts,
        ),
        max_size=5,
    )
)
def test_env_files(lines: list[tuple[str, str, str]]) -> None:
    """A file of settings is read as a whole or refused, naming its line and none of its values."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ".env"
        path.write_text(
            "".join(f"{key}{sign}hunter2{value}\n" for key, sign, value in lines), encoding="utf-8"
        )
        try:
            keys = read_env(path)
        except UsageError as error:
            assert "hunter2" not in str(error)
            assert "Line " in str(error)
        else:
            assert all(keys)
