"""Questions with known answers, and which sentences are gold, that is: known to answer a question.

Every figure in `docs/benchmarks.md` rests on these definitions. Texts are compared in lower case, with every
run of non-word characters as one space. A cited sentence is gold if it comes from the article of a piece of
evidence, and contains its text or is contained in it. A passage is gold if it holds a gold sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from index.errors import UnreadableFile, UsageError
from index.text.sentences import segment
from index.types import Citation, Passage, Turn

_ASKERS = frozenset({"user", "human", "member"})
_NOT_WORD = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The place of an answer: an article, a sentence (the other field is then `""`), or both.

    Attributes:
        article_id: The article; the last parts of its id are enough (a row without the id of its dump).
        text: The sentence, or a passage around it.
    """

    article_id: str = ""
    text: str = ""

    def is_in(self, article_id: str) -> bool:
        """Whether the answer may be in the article of that id."""
        return not self.article_id or f"/{article_id}".endswith(f"/{self.article_id}")


def normalise(text: str) -> str:
    """Make a text lower case, with every run of non-word characters as one space and none at the ends."""
    return _NOT_WORD.sub(" ", text.lower()).strip()


def is_gold(citation: Citation, evidence: Iterable[Evidence]) -> bool:
    """Whether a cited sentence answers the question; evidence without a text makes the whole article gold."""
    near = [one for one in evidence if one.is_in(citation.article_id)]
    return bool(near) and _matches(normalise(citation.text), near)


def holds_gold(passage: Passage, evidence: Iterable[Evidence]) -> bool:
    """Whether a passage holds a gold sentence, or all of an evidence that is longer than a sentence."""
    near = [one for one in evidence if one.is_in(passage.article_id)]
    if not near:
        return False
    whole = normalise(passage.text)
    if any(normalise(one.text) in whole for one in near):
        return True
    return any(_matches(sentence, near) for sentence in _sentences(passage.text))


def _matches(sentence: str, evidence: Iterable[Evidence]) -> bool:
    """Whether a normalised sentence contains one of the texts (always if that is `""`) or is in it."""
    texts = (normalise(one.text) for one in evidence)
    return bool(sentence) and any(text in sentence or sentence in text for text in texts)


@lru_cache(maxsize=8192)
def _sentences(text: str) -> tuple[str, ...]:
    """Normalise the sentences of a passage; cached, since many questions find the same passages."""
    return tuple(normalise(sentence.text) for sentence in segment(text))


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what is known about its answer.

    Attributes:
        id: Unique in its set.
        question: As asked.
        answerable: Whether the articles answer it; None if nobody has judged that.
        answers: Short answers, for the report.
        evidence: The places of the answer; empty if there are none, or none are known.
        turns: The conversation before the question, oldest first.
    """

    id: str
    question: str
    answerable: bool | None = None
    answers: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is not a question.

    Attributes:
        id: The id that it gives, or its number.
        error: What is wrong with it, in a sentence that names the line.
    """

    id: str
    error: str


def load_questions(path: Path) -> list[Question]:
    """Read a file of questions; see `read_lines`.

    Raises:
        UsageError: There is no such file.
        UnreadableFile: The file is empty, a line is not a question, or two have the same id.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise UsageError(f"Cannot read the questions in {path}: {error.strerror}.") from error
    questions = []
    for read in read_lines(lines, str(path)):
        if isinstance(read, BadLine):
            raise UnreadableFile(read.error)
        questions.append(read)
    if not questions:
        raise UnreadableFile(f'{path} holds no question. Write one a line, as {{"question": "…"}}.')
    return questions


def read_lines(lines: Iterable[bytes], name: str) -> Iterator[Question | BadLine]:
    """Parse lines into questions as they come; blank lines are skipped.

    Only `question` is required. Without an `id`, the line's number is used. Without `answerable`, a question
    with evidence is answerable, and one without has not been judged. A piece of `evidence` is an
    object with `article_id` or `text` or both, or just the text. `turns` are objects with `question` and
    `answer`, or one object for each utterance (`speaker` and `text`, or `role` and `content`).

    Args:
        lines: JSON objects in UTF-8.
        name: Where the lines come from, for messages.
    """
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        row: object = None
        try:
            row = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
            question = _question(row, number)
        except UnicodeDecodeError as error:
            yield BadLine(str(number), f"{name}, line {number}: not UTF-8 (byte {error.start}).")
        except json.JSONDecodeError as error:
            why = f"not JSON ({error.msg}, column {error.colno})"
            yield BadLine(str(number), f"{name}, line {number}: {why}.")
        except RecursionError:
            yield BadLine(str(number), f"{name}, line {number}: nested too deeply.")
        except ValueError as error:
            yield BadLine(_id_of(row, number), f"{name}, line {number}: {error}.")
        else:
            first = seen.setdefault(question.id, number)
            taken = f'{name}, line {number}: the id "{question.id}" is taken by line {first}.'
            yield question if first == number else BadLine(question.id, taken)


def _id_of(row: object, number: int) -> str:
    return str(row["id"]) if isinstance(row, dict) and row.get("id") is not None else str(number)


def parse_turns(turns: Sequence[object], question: str = "") -> tuple[Turn, ...]:
    """Pair the questions and answers of a conversation.

    Args:
        turns: As in `read_lines`, oldest first.
        question: The question that follows; a last turn that only repeats it is left out.

    Raises:
        ValueError: A turn has none of the known forms.
    """
    pairs: list[tuple[str, str]] = []
    for turn in turns:
        row = _object(turn, "a turn")
        if "question" in row:
            pairs.append((_text(row, "question"), _text(row, "answer", "")))
            continue
        speaker = _text(row, "role" if "role" in row else "speaker")
        said = _text(row, "content" if "content" in row else "text")
        if speaker.lower() in _ASKERS:
            pairs.append((said, ""))
        else:
            asked, answered = pairs.pop() if pairs else ("", "")
            pairs.append((asked, f"{answered}\n{said}" if answered else said))
    if pairs and not pairs[-1][1] and pairs[-1][0].strip() == question.strip():
        pairs.pop()
    return tuple(Turn(asked, answered) for asked, answered in pairs)


def _question(value: object, number: int) -> Question:
    row = _object(value, "a question")
    question = _text(row, "question")
    if not question.strip():
        raise ValueError('"question" is empty')
    evidence = tuple(_evidence(one) for one in _list(row, "evidence"))
    answerable = row.get("answerable", True if evidence else None)
    if not (answerable is None or isinstance(answerable, bool)):
        raise ValueError('"answerable" must be true, false or null')
    return Question(
        id=_id_of(row, number),
        question=question,
        answerable=answerable,
        answers=tuple(str(answer) for answer in _list(row, "answers")),
        evidence=evidence,
        turns=parse_turns(_list(row, "turns"), question),
    )


def _evidence(value: object) -> Evidence:
    row = {"text": value} if isinstance(value, str) else _object(value, "a piece of evidence")
    evidence = Evidence(_text(row, "article_id", ""), _text(row, "text", ""))
    if not (normalise(evidence.text) or (evidence.article_id and not evidence.text)):
        raise ValueError('a piece of evidence needs an "article_id" or a "text" with words in it')
    return evidence


def _object(value: object, what: str) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    raise ValueError(f"{what} must be an object, not {json.dumps(value, ensure_ascii=False)[:40]}")


def _list(row: Mapping[str, Any], key: str) -> list[Any]:
    value = row.get(key)
    if value is None:
        return []
    if isinstance(value, list):
        return value
    raise ValueError(f'"{key}" must be a list')


def _text(row: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = row.get(key)
    if isinstance(value, str):
        return value
    if value is None and default is not None:
        return default
    raise ValueError(f'"{key}" must be text' if key in row else f'"{key}" is missing')
