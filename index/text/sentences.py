"""Sentences of an article, with exact offsets, from text as people write it.

A stop (`.`, `?`, `!`, `…`, `。` and their kin) ends a sentence together with the quotes, brackets,
references and emoji that close behind it, unless what stands around it says otherwise: an abbreviation or
initial in front, a lower-case word behind. Why rules of our own rather than a library, with measurements:
`docs/decisions/0002-sentence-segmentation.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from index.text.blocks import Block, blocks
from index.text.wordlists import CJK
from index.types import Sentence, SentenceKind

_ANY_STOP: Final = ".!?…‼⁇⁈⁉؟۔।॥։።。！？｡．"
_CJK_STOP: Final = "。！？｡．"
_EMOJI: Final = "\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u27bf\u200d\ufe0f"
_BLANK: Final = r"[ \u00a0\u202f]"
_OPENING: Final = "\"'“‘„‚«‹»›([{<*_`~¿¡「『（【《#@$£€¥₹\u2026"

# A run of stops, also spaced (". . ."), and what closes behind it. Text split into tokens sets spaces in
# front of stops and closing marks, so both may be spaced; a spaced mark must have a space behind it too, or
# it opens.
_STOP: Final = re.compile(
    rf"([{_ANY_STOP}](?:[{_ANY_STOP}]|{_BLANK}[.!?](?=[\s.!?]|\Z))*+)"
    rf"((?:[\"'”’*_`~)\]}}»«›‹」』】）》]|[“‘](?=\s|\Z)|\[[^\[\]\s][^\[\]\n]{{0,40}}\]"
    rf"|{_BLANK}?[{_EMOJI}]++|{_BLANK}(?:''|[)\]}}”’»'])(?=[\s)\]}}”'\".,]|\Z))*+)"
)
_SPACED_QUOTE: Final = re.compile(rf'{_BLANK}"(?=\s|\Z)')
# Most opening marks that are read behind a stop: text of nothing but stops and opening marks is not read to
# its end behind each of them.
_MOST_OPENING: Final = 100
_NEXT: Final = re.compile(rf"\s*+((?:[{re.escape(_OPENING)}][ ]?){{0,{_MOST_OPENING}}}+)([^\W_]*+)(\.?)")
_BEFORE_TOKEN: Final = re.compile(r"[\s(\[{\"“‘„«<*_`/—–]")
_WORD: Final = re.compile(r"[^\W_]")
_CJK: Final = re.compile(f"[{CJK}]")
_CJK_GOES_ON: Final = frozenset("とってのはがをにもでや、，的")
_DOTTED: Final = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}")
_CAMEL: Final = re.compile(r"[a-z]{1,3}[A-Z]|https?\b")

_NEVER: Final = frozenset(
    """
    mr mrs ms messrs mme mlle prof dr ste e.g i.e eg ie cf viz vs resp approx esp incl excl z.b d.h u.a bzw tr
    """.split()
)
"""End no sentence, whatever follows."""
_RARELY: Final = frozenset(
    """
    st mt ft gen sen rep gov capt cpt lt col sgt rev hon pres adm maj cpl cmdr supt fr msgr gov atty insp jr
    sr inc ltd co corp plc llc bros dept univ assn natl intl ave blvd rd hwy ste etc al ed eds trans ca v
    u.s u.k u.n e.u ph.d m.d b.a m.a b.sc m.sc a.d b.c b.c.e c.e d.c l.a n.y n.z p.s u.s.a u.s.s.r min max
    temp est dist tel ext orig repr publ usw str hr fl
    """.split()
)
"""End a sentence only before a word that starts one ("… Acme Inc. The …")."""
_BEFORE_NUMBER: Final = frozenset(
    """
    no nos nr n° p pp vol vols fig figs eq eqs sec secs ch chap art arts op ver v para pt tab ex ref refs c ca
    jan feb mar apr jun jul aug sep sept oct nov dec approx circa § ed l ll r bk cl stat
    """.split()
)
"""End no sentence before a number ("No. 5", "Jan. 3", "pp. 12")."""
_STARTERS: Final = frozenset(
    """
    a after all also although an and another are as at because before both but by can could despite did do
    does during each even every few finally first for from had has have he her here his how however i if in
    instead is it its later many meanwhile more moreover most my nevertheless no nor not now of on once one
    only or other our over she should since so some such than that the their them then there therefore these
    they this those though through thus to today under unlike until upon was we were what when where which
    while who why will with would yet you your der die das er sie es ein eine im und le la les il elle un
    une el los las
    """.split()
)
_TIMES: Final = frozenset(
    """
    est edt et cst cdt ct mst mdt mt pst pdt pt gmt utc bst cet cest eastern central mountain pacific monday
    tuesday wednesday thursday friday saturday sunday
    """.split()
)
_GERMAN_MONTHS: Final = frozenset(
    "januar februar märz april mai juni juli august september oktober november dezember".split()
)


def segment(text: str, *, markdown: bool = True) -> list[Sentence]:
    """Cut a text into sentences.

    Args:
        text: Any text.
        markdown: Whether headings, tables and code are known (see `index.text.blocks`).

    Returns:
        The sentences in order, without overlap: `text[s.start:s.end] == s.text`, no white space at the ends,
        and every character that is not white space in exactly one. Linear in the length of the text.
    """
    found: list[Sentence] = []
    for block in blocks(text, markdown=markdown):
        for start, end in _spans(text, block):
            words = text[start:end]
            if not words:
                continue  # white space alone, such as a piece of code that is one tab
            # Of rules and lone marks there is nothing to cite.
            kind = block.kind if _WORD.search(words) else SentenceKind.CODE
            found.append(Sentence(start, end, words, kind))
    return found


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out white space at both ends of a span that has something else in it."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _spans(text: str, block: Block) -> Iterator[tuple[int, int]]:
    """Spans of the sentences of one block."""
    start, end = _trim(text, block.start, block.end)
    if block.kind in (SentenceKind.PROSE, SentenceKind.ITEM):
        for cut in _cuts(text, start, max(start, min(block.lead, end)), end):
            yield _trim(text, start, cut)
            start = cut
    yield _trim(text, start, end)


def _cuts(text: str, start: int, lead: int, end: int) -> Iterator[int]:
    """Where sentences end inside `text[start:end]`, the last end left out.

    `checked` and `quotes` move forward only, so that text without any end of a sentence is not read again and
    again.
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
            and _ends(text, begin, stop, after, end)
            and _WORD.search(text, after, min(end, after + 200))
        ):
            yield after
            begin, quotes, has_word = after, 0, False


def _ends(text: str, begin: int, stop: re.Match[str], after: int, end: int) -> bool:
    """Whether a run of stops, closed at `after`, ends the sentence that began at `begin`."""
    mark, closing = stop[1], stop[2]
    character = text[after]
    if not character.isspace():
        if mark[-1] in _CJK_STOP:
            return not (closing and character in _CJK_GOES_ON) and not (mark == "．" and character.isdigit())
        if mark[-1] not in "!?" or closing:
            return False
        before = text[max(begin, stop.start() - 24) : stop.start()]
        return bool(_CJK.match(character) and _CJK.match(before[-1:]) or _is_joined(before, character))
    if closing.startswith("]") and text[stop.start() - 1] == "[":
        return False  # "[...]" stands for words left out
    behind = _NEXT.match(text, after, end)
    if behind is None or not behind[0].strip():
        return False  # a dash, a slash, a comma: the sentence goes on
    opening, word, dot = behind.groups()
    if word[:1].islower() and not (
        opening.endswith("`") or _CAMEL.match(word) or (mark in ".!?" and _is_casual(text, begin))
    ):
        return False
    return mark != "." or _full_stop(text, begin, stop.start(), word, dotted=bool(dot))


def _is_joined(before: str, character: str) -> bool:
    """Whether a space was lost behind a `?` or `!`, as in text taken from web pages: "Why?Because"."""
    token = before.rpartition(" ")[2].lstrip('("“‘«')
    return character.isupper() and token.isalpha() and token[-1].islower()


def _is_casual(text: str, begin: int) -> bool:
    """Whether a sentence began in lower case: then the next one may, too, as people write in chats."""
    letter = _WORD.search(text, begin, begin + 40)
    return bool(letter and letter[0].islower())


def _full_stop(text: str, begin: int, position: int, word: str, *, dotted: bool) -> bool:
    """Whether a single `.` with a capital, a number or an opening mark behind it ends the sentence."""
    low = max(begin, position - 24)
    piece = text[low:position].rstrip()
    spaced = low + len(piece) < position
    name = _BEFORE_TOKEN.split(piece)[-1]
    key = name.lower().rstrip(".")
    following = word.lower()
    starts = following in _STARTERS and not dotted
    if key in _NEVER:
        return False
    if spaced or not name:
        return bool(name) or piece[-1:] not in "([{"
    if key in _BEFORE_NUMBER and word[:1].isdigit():
        return False
    if key in ("a.m", "p.m"):
        return following not in _TIMES
    if key in _RARELY or _DOTTED.fullmatch(key):
        return starts
    if len(name) == 1 and name.isalpha():
        return starts or (name.islower() and not dotted)
    if key.isdigit():
        return following not in _GERMAN_MONTHS and len(piece.strip()) > len(name)
    return True
