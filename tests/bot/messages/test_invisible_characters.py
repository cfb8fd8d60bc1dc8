from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given

from bot.messages.invisible_characters import reveal, visible
from tests.bot.written import HOSTILE


@pytest.mark.parametrize(
    "text",
    [
        "Der Zug fährt um 6.40 Uhr – täglich, außer montags.",
        "Việt Nam: Tiếng Việt có dấu.",
        "שָׁלוֹם עוֹלָם",
        "می‌خواهم بروم",
        "क्‍ष और ज्ञ",
        "ภาษา\u200bไทย",
        "日本語の葛\U000e0100城市。",
        "👩‍👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🇫🇷 #️⃣ ❤️ 👍🏽 ☎︎",
        "Donau\u00addampf\u00adschiff",
        "שלום\u200e (Shalom)",
        "tab\tand no-break\u00a0space",
    ],
)
def test_writing_stays_as_people_write_it(text: str) -> None:
    assert reveal(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pay\u200bpal", "pay[U+200B]pal"),
        ("invoice\u202efdp.exe", "invoice[U+202E]fdp.exe"),
        ("\ufeffStart", "[U+FEFF]Start"),
        ("a\u200db", "a[U+200D]b"),
        ("left\u200eright", "left[U+200E]right"),
        ("x\u00ad", "x[U+00AD]"),
        ("\x1b[31mred\x07", "[U+001B][31mred[U+0007]"),
        ("half \ud83d", "half [U+D83D]"),
        ("e\ufe0f", "e[U+FE0F]"),
        ("👍\ufe0f\ufe0f", "👍\ufe0f[U+FE0F]"),
        ("\U0001f600\U000e0041\U000e0042", "\U0001f600[U+E0041][U+E0042]"),
        ("\u3164\u2800", "[U+3164][U+2800]"),
        ("\ufdd0\ufffe", "[U+FDD0][U+FFFE]"),
        ("a\r\nb\u2028c\x85d", "a\nb\nc\nd"),
        ("Z" + "\u0335" * 9 + "algo", "Z" + "\u0335" * 4 + "[+5 accents]algo"),
        ("Z" + "\u0335" * 5 + "\u200d", "Z" + "\u0335" * 4 + "[U+200D][+1 accents]"),
    ],
)
def test_what_nobody_sees_is_spelled_out(text: str, expected: str) -> None:
    assert reveal(text) == expected


@given(HOSTILE)
def test_everything_shown_can_be_sent_and_seen(text: str) -> None:
    parts = list(visible(text))
    assert all(0 < len(part.text) <= 64 for part in parts)
    out = "".join(part.text for part in parts)
    out.encode()
    controls = [char for char in out if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t"]
    assert controls == []
    assert not set(out) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u2060")


def test_endless_characters_are_cut_into_pieces() -> None:
    family = "\U0001f469" + "\u200d\U0001f467" * 300
    syllable = "\u1100" * 500
    for text in (family, syllable):
        assert max(len(part.text) for part in visible(text)) <= 64
