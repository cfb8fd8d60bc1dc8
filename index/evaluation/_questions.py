"""Reads question sets: public ones, and an operator's own labelled questions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import UnreadableFile, UsageError
from index.evaluation._labels import Evidence, normalise
from index.types import Turn

_ASKERS = frozenset({"user", "human", "member"})


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what is known about its answer.

    Attributes:
        id: Unique in its set.
        question: As asked.
        answerable: Whether the articles answer it; None if nobody has judged.
        answers: Short answers, for a reader of the report.
        evidence: Where the answer stands; empty if nowhere, or not known.
        turns: What was said before, oldest first, the question itself left out.
    """

    id: str
    question: str
    answerable: bool | None = None
    answers: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    turns: tuple[Turn, ...] = ()


def load_questions(path: Path) -> list[Question]:
    """Read a set of questions, one JSON object a line (UTF-8), as `parse_questions` does.

    Raises:
        UsageError: There is no such file.
        UnreadableFile: It is not UTF-8, a line is not a question, two have the same id, or it holds none.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{path} is not UTF-8 (byte {error.start}). Save it as UTF-8.") from error
    except OSError as error:
        raise UsageError(f"Cannot read the questions in {path}: {error.strerror}.") from error
    questions = list(parse_questions(text.split("\n"), str(path)))
    if not questions:
        raise UnreadableFile(f'{path} holds no question. Write one a line, as {{"question": "…"}}.')
    return questions


def parse_questions(lines: Iterable[str], name: str) -> Iterator[Question]:
    """Parse questions as they come; blank lines are passed over.

    Only `question` is required. `id` is the line's number where absent. Where `answerable` is absent, a
    question with evidence is answerable, and one without has not been judged. A piece of `evidence` is an
    object with `article_id` or `text` or both, or just the text. `turns` hold objects with `question` and
    `answer`, or one object for each speaker (`speaker` and `text`, or `role` and `content`).

    Args:
        lines: JSON objects.
        name: What the lines come from, for messages.

    Raises:
        UnreadableFile: A line is not a question; the message names it by number.
    """
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = _question(json.loads(line), number)
        except json.JSONDecodeError as error:
            raise UnreadableFile(
                f"{name}, line {number}: not JSON ({error.msg}, column {error.colno})."
            ) from error
        except ValueError as error:
            raise UnreadableFile(f"{name}, line {number}: {error}.") from error
        if (first := seen.setdefault(question.id, number)) != number:
            raise UnreadableFile(f'{name}, line {number}: the id "{question.id}" is taken by line {first}.')
        yield question


def parse_turns(turns: Sequence[object], question: str = "") -> tuple[Turn, ...]:
    """Pair up what was said before a question.

    Args:
        turns: As in `parse_questions`, oldest first.
        question: The question they lead to; where the last turn only repeats it, that turn is left out.

    Raises:
        ValueError: A turn has none of the known shapes.
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
        id=str(number if row.get("id") is None else row["id"]),
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
