"""Evaluation: questions with known answers, what the engine made of them, and the figures that follow."""

from index.evaluation._compare import (
    ChangedQuestion,
    FigureDifference,
    QuestionOutcome,
    RunComparison,
    compare,
    outcome,
)
from index.evaluation._gate import Failure, gate
from index.evaluation._labels import Evidence, holds_gold, is_gold, normalise
from index.evaluation._metrics import WANTED_RISK, QualityMetrics, Quoted, Row, evaluate, measure, rank
from index.evaluation._questions import Question, load_questions, parse_questions, parse_turns
from index.evaluation._runs import FIGURES, load, number, save, table

__all__ = [
    "FIGURES",
    "WANTED_RISK",
    "ChangedQuestion",
    "RunComparison",
    "FigureDifference",
    "Evidence",
    "Failure",
    "QualityMetrics",
    "QuestionOutcome",
    "Question",
    "Quoted",
    "Row",
    "compare",
    "evaluate",
    "gate",
    "holds_gold",
    "is_gold",
    "rank",
    "load",
    "load_questions",
    "measure",
    "normalise",
    "number",
    "outcome",
    "parse_questions",
    "parse_turns",
    "save",
    "table",
]
