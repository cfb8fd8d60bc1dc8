"""The sentences of a text, with exact offsets.

A stop (`.`, `?`, `!`, `…`, `。` and others) ends a sentence, together with the closing quotes, brackets, note
marks and emoji behind it. It does not end one after an abbreviation or initial, or before a lower-case word.
`docs/decisions/0002-sentence-segmentation.md` says why these are rules of our own, with measurements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from index.text.abbreviations import Abbreviations, abbreviations
from index.text.blocks import Block, blocks
from index.text.wordlists import CJK
from index.types import Sentence, SentenceKind

_ANY_STOP: Final = ".!?…‼⁇⁈⁉؟۔।॥։።。！？｡．"
_CJK_STOP: Final = "。！？｡．"
_EMOJI: Final = "\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u27bf\u200d\ufe0f"
_NOTES: Final = "¹²³⁰⁴-⁹†‡"
_BLANK: Final = r"[ \u00a0\u202f]"
_OPENING: Final = "\"'“”‘’„‚«‹»›([{<*_`~¿¡「『（【《#@$£€¥₹\u2026"

# A run of stops and the closing marks behind it. In tokenised text, both may have spaces in front (". . .").
# A closing mark with a space in front needs one behind it, too; otherwise it opens.
_STOP: Final = re.compile(
    rf"([{_ANY_STOP}](?:[{_ANY_STOP}]|{_BLANK}[.!?](?=[\s.!?]|\Z))*+)"
    rf"((?:[\"'”’*_`~)\]}}»«›‹」』】）》]|[“‘](?=\s|\Z)|\[[^\[\]\s][^\[\]\n]{{0,40}}\]"
    rf"|{_BLANK}?[{_EMOJI}]++|{_BLANK}?[{_NOTES}]++(?=\s|\Z)"
    rf"|{_BLANK}(?:''|[)\]}}”’»'])(?=[\s)\]}}”'\".,]|\Z))*+)"
)
_SPACED_QUOTE: Final = re.compile(rf'{_BLANK}"(?=\s|\Z)')
_MOST_OPENING: Final = 100
"""Opening marks that are read behind a stop. The limit keeps a text of stops and opening marks linear."""
_NEXT: Final = re.compile(
    rf"\s*+((?:[{re.escape(_OPENING)}][ ]?|[—–](?=[^\W\d_]|[¿¡«“])){{0,{_MOST_OPENING}}}+)([^\W_]*+)(\.?)"
)
_BEFORE_TOKEN: Final = re.compile(r"[\s(\[{\"“‘„«<*_`/—–]")
_WORD: Final = re.compile(r"[^\W_]")
_CJK: Final = re.compile(f"[{CJK}]")
_CJK_GOES_ON: Final = frozenset("とってのはがをにもでや、，的")
_DOTTED: Final = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}")
_CHAIN: Final = re.compile(r"(?<![^\W_])(?:[^\W\d_]{1,2}\.[ \u00a0\u202f]?){1,4}[^\W\d_]{1,4}\Z")
"""An abbreviation of several parts, which may be spaced ("z. B", "p. ej")."""
_CONSONANTS: Final = re.compile("[b-df-hj-np-tv-xzçčďđğłńňñřśšťźżžбвгґджзй-нп-тф-щь]+")
_ROMAN: Final = re.compile(r"[IVX]{2,}")
_LONGEST_ORDINAL: Final = 3
"""Digits of an ordinal. A longer number is a year or an amount."""
_LOOKED_BACK: Final = 24
"""Characters in front of a stop that are read."""
_CAMEL: Final = re.compile(r"[a-z]{1,3}[A-Z]|https?\b")

_INTRODUCING: Final = frozenset(
    """
    mr mrs ms messrs mme mlle prof dr drs dhr mevr mw sra srta sig sig.ra dott dott.ssa ste e.g i.e eg ie cf
    viz vs resp incl inkl excl exkl zzgl z.b d.h u.a bzw vgl p.ej p.ex par.ex ad.es bijv d.m.v np tj tr např
    t.ex bl.a dvs напр
    """.split()
)
"""Abbreviations that never end a sentence: titles, and what introduces an example. The published lists do not
mark them."""
_ET_CETERA: Final = frozenset("etc usw usf ecc enz itp itd atd apod osv m.m т.д т.п др ін".split())
"""Abbreviations that end a list, and so a sentence if a capital letter follows."""
_TIMES: Final = frozenset(
    """
    est edt et cst cdt ct mst mdt mt pst pdt pt gmt utc bst cet cest eastern central mountain pacific monday
    tuesday wednesday thursday friday saturday sunday
    """.split()
)


def segment(text: str, *, markdown: bool = True, language: str | None = None) -> list[Sentence]:
    """Cut a text into sentences.

    Args:
        text: Any text.
        markdown: Whether to recognise headings, tables and code (see `index.text.blocks`).
        language: BCP 47 code. If it is None, the language is detected.

    Returns:
        The sentences in order, without overlap: `text[s.start:s.end] == s.text`, no white space at the ends,
        and every character that is not white space in exactly one. Linear in the length of the text.
    """
    known = abbreviations(language, text)
    found: list[Sentence] = []
    for block in blocks(text, markdown=markdown):
        for start, end in _spans(text, block, known):
            words = text[start:end]
            if not words:
                continue  # only white space, such as code that is a single tab
            # A rule or a lone mark cannot be cited.
            kind = block.kind if _WORD.search(words) else SentenceKind.CODE
            found.append(Sentence(start, end, words, kind))
    return found


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without the white space at its ends."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _spans(text: str, block: Block, known: Abbreviations) -> Iterator[tuple[int, int]]:
    """Yield the spans of the sentences of a block."""
    start, end = _trim(text, block.start, block.end)
    if block.kind in (SentenceKind.PROSE, SentenceKind.ITEM):
        for cut in _cuts(text, start, max(start, min(block.lead, end)), end, known):
            yield _trim(text, start, cut)
            start = cut
    yield _trim(text, start, end)


def _cuts(text: str, start: int, lead: int, end: int, known: Abbreviations) -> Iterator[int]:
    """Yield where sentences end inside `text[start:end]`, without the last end.

    `checked` only moves forward, so that text without ends of sentences is not read again and again.
    """
    begin, checked, quotes, has_word = start, start, 0, False
    position = lead
    while stop := _STOP.search(text, position, end):
        position = after = stop.end()
        quotes += text.count('"', checked, after)
        has_word = has_word or bool(_WORD.search(text, max(checked, lead), stop.start()))
        checked = after
        if not has_word:
            continue
        if quotes % 2 and (spaced := _SPACED_QUOTE.match(text, after, end)):
            position = after = checked = spaced.end()
            quotes += 1
        if (
            after < end
            and _ends(text, begin, stop, after, end, known)
            and _WORD.search(text, after, min(end, after + 200))
        ):
            yield after
            begin, quotes, has_word = after, 0, False


def _ends(text: str, begin: int, stop: re.Match[str], after: int, end: int, known: Abbreviations) -> bool:
    """Whether a run of stops, closed at `after`, ends the sentence that began at `begin`."""
    mark, closing = stop[1], stop[2]
    character = text[after]
    if not character.isspace():
        if mark[-1] in _CJK_STOP:
            return not (closing and character in _CJK_GOES_ON) and not (mark == "．" and character.isdigit())
        if mark[-1] not in "!?" or closing:
            return False
        before = text[max(begin, stop.start() - _LOOKED_BACK) : stop.start()]
        return bool(_CJK.match(character) and _CJK.match(before[-1:]) or _is_joined(before, character))
    if closing.startswith("]") and text[stop.start() - 1] == "[":
        return False  # "[...]" marks an omission
    behind = _NEXT.match(text, after, end)
    if behind is None or not behind[0].strip():
        return False  # a dash, a slash or a comma
    opening, word, dot = behind.groups()
    if word[:1].islower() and not (
        opening.endswith("`") or _CAMEL.match(word) or (mark in ".!?" and _is_casual(text, begin))
    ):
        return False
    return mark != "." or _full_stop(text, begin, stop.start(), word, known, dotted=bool(dot))


def _is_joined(before: str, character: str) -> bool:
    """Whether a space is missing behind a `?` or `!`, as in text from web pages: "Why?Because"."""
    token = before.rpartition(" ")[2].lstrip('("“‘«')
    return character.isupper() and token.isalpha() and token[-1].islower()


def _is_casual(text: str, begin: int) -> bool:
    """Whether a sentence began in lower case, as in chats: then the next one may, too."""
    letter = _WORD.search(text, begin, begin + 40)
    return bool(letter and letter[0].islower())


def _full_stop(
    text: str, begin: int, position: int, word: str, known: Abbreviations, *, dotted: bool
) -> bool:
    """Whether a single `.` with a capital, a number or an opening mark behind it ends the sentence."""
    low = max(begin, position - _LOOKED_BACK)
    piece = text[low:position].rstrip()
    spaced = low + len(piece) < position
    name = _BEFORE_TOKEN.split(piece)[-1]
    key = name.lower().rstrip(".")
    keys = {*_chains(piece)} if name.isupper() and name[1:].isalpha() else {key, *_chains(piece)}
    if keys & _INTRODUCING:
        return False
    if spaced or not name:
        return bool(name) or piece[-1:] not in "([{"
    if key.isdigit() or _ROMAN.fullmatch(name):
        return _ends_with_number(piece, name, word, known, dotted=dotted)
    if word[:1].isdigit() and (keys & known.before_numbers or _is_clipped(name)):
        return False
    if keys & _ET_CETERA and name.islower():
        return True
    following = word.lower()
    if "p.m" in keys or "a.m" in keys:
        return following not in _TIMES
    starts = following in known.starters and not dotted and len(piece.strip()) > len(name)
    if keys & known.words or _DOTTED.fullmatch(key) or _is_clipped(name):
        return starts or (not known.capital_ordinals and _is_unit(piece, name))
    if len(name) == 1 and name.isalpha():
        ends = name.islower() and name != "v" and not dotted and (name.isascii() or _is_unit(piece, name))
        return starts or ends
    return True


def _chains(piece: str) -> Iterator[str]:
    """Yield the abbreviations of several parts that a text ends with, without spaces: "p.ej" for "(p. ej"."""
    parts = _CHAIN.search(piece)
    joined = "".join(parts[0].lower().split()) if parts else ""
    while "." in joined:
        yield joined
        joined = joined.partition(".")[2]


def _is_clipped(name: str) -> bool:
    """Whether a word is an abbreviation by its letters: no vowel ("Hbf"), or a German street ("Hauptstr")."""
    return name[1:].islower() and (
        bool(_CONSONANTS.fullmatch(name.lower())) or (name.isalpha() and name.endswith("str"))
    )


def _is_unit(piece: str, name: str) -> bool:
    """Whether an abbreviation stands behind a number, as a unit does, which may end a sentence: "5 km"."""
    before = piece[: -len(name)].rstrip()
    number = _BEFORE_TOKEN.split(before)[-1]
    return "." not in name and (number[-1:].isdigit() or bool(_ROMAN.fullmatch(number)))


def _ends_with_number(piece: str, number: str, word: str, known: Abbreviations, *, dotted: bool) -> bool:
    """Whether a stop behind a number ends the sentence, rather than mark an ordinal or number a list item."""
    before = piece[: -len(number)].rstrip()
    if not before or before.endswith(":"):
        return False
    if not known.ordinals or (number.isdigit() and len(number) > _LONGEST_ORDINAL):
        return True
    if word[:1].isdigit():
        return not dotted and len(word) != len("2024")
    return not known.capital_ordinals or word.lower() in known.starters
