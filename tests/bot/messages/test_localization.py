from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.features.articles import GAPS, LOG_WITH_QUESTIONS, PRIVACY, READS
from bot.features.forget import forgotten
from bot.messages import localization
from bot.messages.answers import AnswerView, render
from bot.messages.escape import units
from bot.messages.localization import (
    FOLDER,
    catalogues,
    forms,
    gettext,
    names,
    ngettext,
    phrase,
    supported_language,
    use_language,
)
from bot.messages.question_header import head, quotation, read
from bot.messages.reply import CONTENT
from tests.bot.features import test_claim_check, test_context, test_context_paging, test_more
from tests.bot.messages import test_answers as test_render
from tests.bot.messages import test_article_list, test_question_header
from tests.bot.written import answered, citation, declined

ROOT = Path(__file__).parents[3]
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("gettext", "gettext_noop", "phrase"), (1,)),
    "ngettext": (1, 2),
}
LANGUAGES = [name for name in catalogues() if name != "en"]


def catalogue(name: str) -> Catalog:
    path = FOLDER / name.replace("-", "_") / "LC_MESSAGES" / "footnote.po"
    with path.open("rb") as file:
        return read_po(file, locale=name.replace("-", "_"))


@pytest.fixture(scope="module")
def said() -> set[str | tuple[str, ...]]:
    """Every text that the code says, as `make words` finds them."""
    return {text for _, _, text, _, _ in extract_from_dir(ROOT / "bot", keywords=KEYWORDS)}


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_catalogue_has_every_text_and_no_other(name: str, said: set[str | tuple[str, ...]]) -> None:
    translated = {
        message.id if isinstance(message.id, str) else tuple(message.id)
        for message in catalogue(name)
        if message.id and all(forms(message.string)) and not message.fuzzy
    }
    assert said - translated == set()
    assert translated - said == set()
    assert len(said) > 250


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_translation_has_the_names_and_the_markup_of_the_text(name: str) -> None:
    for message in catalogue(name):
        if not message.id:
            continue
        ids, texts = forms(message.id), forms(message.string)
        for text in texts:
            assert names(text) <= {each for one in ids for each in names(one)}
        assert names(ids[-1]) == names(texts[-1]), ids
        for sign in ("**", "`", "\n"):
            assert ids[-1].count(sign) == texts[-1].count(sign), ids
        assert ids[-1].startswith("-# ") == texts[-1].startswith("-# "), ids


@pytest.mark.parametrize("name", catalogues())
def test_the_longest_text_fits_into_a_message(name: str) -> None:
    with use_language(name):
        text = gettext(
            PRIVACY,
            log=gettext(LOG_WITH_QUESTIONS),
            days=36_500,
            gaps=gettext(GAPS, people=1000),
            reads=gettext(READS),
        )
    assert units(text) <= CONTENT


def test_what_no_catalogue_has_is_said_in_english() -> None:
    assert [supported_language(each) for each in ("de", "en-US", "xx", "de-AT", "", None)] == [
        "de",
        "en",
        "en",
        "de",
        "en",
        "en",
    ]
    with use_language("de"):
        assert gettext("The ferry is late.") == "The ferry is late."
        assert gettext("") == ""
    with use_language("ja"):
        assert gettext("Follow up") == "Follow up"


def test_values_and_numbers_are_written_as_the_language_writes_them() -> None:
    with use_language("de"):
        assert ngettext("{count} sentence", "{count} sentences", 1) == "1 Satz"
        assert ngettext("{count} sentence", "{count} sentences", 12_000) == "12.000 Sätze"
        assert forgotten(1, 2).startswith("Ich habe deine Bewertung einer Antwort,")
        assert "und deine 2 Fragen ohne Antwort gelöscht." in forgotten(1, 2)
    assert ngettext("{count} sentence", "{count} sentences", 12_000) == "12,000 sentences"


def test_a_phrase_is_english_until_it_is_translated() -> None:
    offered = phrase("There is no collection with that name. These exist: {names}.", names="news")
    assert offered == "There is no collection with that name. These exist: news."
    with use_language("de"):
        assert gettext(offered) == "Eine Sammlung mit diesem Namen gibt es nicht. Es gibt diese: news."


@pytest.mark.parametrize("name", catalogues())
def test_a_message_is_read_back_whatever_language_it_was_written_in(name: str) -> None:
    about = "https://discord.com/channels/1/2/3"
    pair = answered(citation(), citation("Dogs travel free.", article_id="rules"))
    with use_language(name):
        reply = render(pair, AnswerView(asked=True, about=about, collection="news"))
        refusal = render(declined(citation()), AnswerView(asked=True))
    labels = [each.label for each in reply.buttons if (each.action or "").startswith("context:")]
    asked, none = read(f"-# _shared by @ana_\n{reply.content}"), read(refusal.content)
    assert (asked.questions, asked.collection) == ((pair.question,), "news")
    assert asked.answer == "The last ferry leaves at 6.40 pm. Dogs travel free."
    assert [quotation(reply.content, each) for each in labels] == [each.text for each in pair.citations]
    assert (none.questions, none.answer) == (("Who is the president of France?",), "")
    [alone] = [each.label for each in refusal.buttons if (each.action or "").startswith("context:")]
    assert quotation(refusal.content, alone) == citation().text


def test_messages_of_the_time_before_there_were_languages_are_read() -> None:
    asked = read("-# _in news_\n-# Are dogs free?\n> “Dogs travel free.” ¹")
    assert (asked.collection, asked.questions) == ("news", ("Are dogs free?",))
    assert head("Are dogs free?", collection="news")[0] == "-# _in\xa0news_"


LAYOUTS = [
    test_render.test_a_message_is_never_over_a_limit_whatever_articles_and_questions_hold,
    test_question_header.test_no_question_passes_for_something_else,
    test_more.test_a_page_keeps_the_question_and_every_limit,
    test_context_paging.test_no_part_is_over_a_limit,
    test_context.test_context_is_never_over_a_limit,
    test_claim_check.test_a_message_is_never_over_a_limit,
    test_article_list.test_a_list_is_never_over_a_limit,
    test_article_list.test_a_card_is_never_over_a_limit,
]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("name", LANGUAGES)
def test_layouts_hold_in_every_language(name: str, layout: Callable[[], None]) -> None:
    with use_language(name):
        layout()


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Catalogues of one language whose translator has made mistakes."""
    path = tmp_path / "pt_BR" / "LC_MESSAGES" / "footnote.po"
    path.parent.mkdir(parents=True)
    path.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "I have notified {role}."\nmsgstr "Chamei {papel}."\n\n'
        'msgid "File: {name}"\nmsgstr "Arquivo: {name"\n\n'
        'msgid "Share"\nmsgstr "Compartilhar"\n\n'
        '#, fuzzy\nmsgid "More"\nmsgstr "Menos"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(localization, "FOLDER", tmp_path)
    catalogues.cache_clear()
    yield
    catalogues.cache_clear()


@pytest.mark.usefixtures("broken")
def test_a_translators_mistake_is_english_and_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with use_language("pt-BR"):
        assert gettext("I have notified {role}.", role="@help") == "I have notified @help."
        assert gettext("File: {name}", name="a.md") == "File: a.md"
        assert (gettext("Share"), gettext("More")) == ("Compartilhar", "More")
    assert caplog.text.count("cannot be filled in") == 2
