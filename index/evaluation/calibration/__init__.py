"""Calibration on an index's own articles: which threshold keeps a wanted risk.

Without labels, questions are made from headings and distinct sentences, so that it is known where the answer
stands. Each is asked with its article and as if it were not there; what follows is a curve of risk and
coverage, like that of an evaluation. `docs/decisions/0005-calibration-without-labels.md` tells what it
measures and what not. Where an operator has questions with known answers, those are asked instead.
"""

from index.evaluation.calibration._asking import AskedQuestions, ask, ask_labelled
from index.evaluation.calibration._choice import FEWEST, ThresholdChoice, choose
from index.evaluation.calibration._questions import Made, QuestionSource, make

__all__ = [
    "FEWEST",
    "AskedQuestions",
    "Made",
    "QuestionSource",
    "ThresholdChoice",
    "ask",
    "ask_labelled",
    "choose",
    "make",
]
