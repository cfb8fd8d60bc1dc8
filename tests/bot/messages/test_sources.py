from __future__ import annotations

import pytest

from bot.messages.sources import Detail, by_article, numbered, source_lines, unix_time
from tests.bot.written import citation

FULL = Detail(160, 80, True)


def test_the_best_sentence_comes_first_and_neighbours_in_the_order_of_their_article() -> None:
    third = citation("He did not come.", article_id="a", start=32)
    other = citation("Other.", article_id="b", start=0)
    first = citation("Ana waited.", article_id="a", start=5)
    far = citation("Far away.", article_id="a", start=90)
    second = citation("She sat down.", article_id="a", start=17)
    found = numbered([third, other, far, first, second])
    assert [each.citation for each in found] == [first, second, third, other, far]
    assert [each.mark for each in found] == ["¹", "²", "³", "⁴", "⁵"]
    assert [[each.number for each in notes] for notes in by_article(found)] == [[1, 2, 3, 5], [4]]
    assert numbered([other] * 12)[11].mark == "¹²"
    assert numbered([]) == []


@pytest.mark.parametrize(
    ("published", "seconds"),
    [
        ("2026-10-01", 1790812800),
        ("2026-10-01T12:00:00+02:00", 1790848800),
        ("2026-10-01T12:00:00Z", 1790856000),
        ("2026-10-01T12:00:00", 1790856000),
        ("0001-01-01", -62135596800),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_is_its_midnight_in_utc(published: str | None, seconds: int | None) -> None:
    assert unix_time(published) == seconds


def test_a_source_says_title_publisher_age_and_link() -> None:
    assert source_lines(numbered([citation()]), FULL) == [
        "-# ¹ Winter timetable for the Gull Island ferry · Saltmere Ferries · <t:1790812800:R>"
        " · [open](<https://saltmere.example/ferry#:~:text=The%20last%20ferry>)"
    ]


def test_what_an_article_does_not_have_is_left_out() -> None:
    bare = citation(title=" ", source=" ", url=None, link=None, published=None)
    assert source_lines(numbered([bare]), FULL) == ["-# ¹ news/ferry"]
    assert source_lines(numbered([citation(published="soon")]), Detail(20, 0, False)) == [
        "-# ¹ Winter timetable…"
    ]


def test_sources_of_an_article_are_one_line_with_a_link_for_each_sentence() -> None:
    page = "https://saltmere.example/ferry"
    first, second = (citation(start=at, link=f"{page}#:~:text={at}", source=None) for at in (1, 90))
    assert source_lines(numbered([first, second]), FULL) == [
        "-# ¹ ² Winter timetable for the Gull Island ferry · <t:1790812800:R>"
        f" · [open ¹](<{page}#:~:text=1>) · [open ²](<{page}#:~:text=90>)"
    ]
    same = [citation(start=at, link=None, source=None) for at in (1, 90)]
    assert source_lines(numbered(same), FULL)[0].endswith(f" · [open](<{page}>)")


def test_a_link_that_cannot_be_used_gives_way_to_the_address_of_the_article() -> None:
    odd = citation(link="javascript:alert(1)")
    assert source_lines(numbered([odd]), FULL)[0].endswith("[open](<https://saltmere.example/ferry>)")
