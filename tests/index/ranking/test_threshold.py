from __future__ import annotations

from dataclasses import replace

import pytest

from index.engine import Engine
from index.ranking.features import Feature
from index.ranking.threshold import SETTING, Calibrated, weights_of
from index.types import Answered, Declined
from tests.index.conftest import RANKER, Town

QUESTION = "When does the last ferry leave Saltmere?"
KEPT = Calibrated(
    threshold=0.9999,
    wanted=0.1,
    risk=0.05,
    coverage=0.6,
    answers=40,
    questions=80,
    made="2026-11-24",
    ranker=weights_of(RANKER),
)


def test_a_running_engine_goes_by_the_kept_threshold_from_the_next_question_on(
    town: Town, engine: Engine
) -> None:
    before = engine.ask(QUESTION)
    assert isinstance(before, Answered)
    assert engine.facts()["threshold"] == RANKER.threshold
    town.builder.keep(SETTING, KEPT.as_setting())
    kept = engine.ask(QUESTION)
    assert isinstance(kept, Declined)
    assert kept.confidence == before.confidence
    assert kept.index.fingerprint != before.index.fingerprint
    facts = engine.facts()
    assert facts["threshold"] == 0.9999
    assert facts["threshold_from"] == (
        "calibrate on 2026-11-24: risk 0.05 where 0.1 was wanted, coverage 0.60, 80 questions"
    )
    town.builder.keep(SETTING, None)
    assert replace(engine.ask(QUESTION), seconds=0) == replace(before, seconds=0)


@pytest.mark.parametrize("full", [False, True])
def test_the_threshold_outlives_rebuilds_and_additions(town: Town, engine: Engine, full: bool) -> None:
    town.builder.keep(SETTING, KEPT.as_setting())
    path = town.write("news/market", "The market moves to Quay Street.")
    town.builder.add([path])
    town.builder.rebuild(full=full)
    assert isinstance(engine.ask(QUESTION), Declined)


def test_a_threshold_of_another_ranker_is_ignored_and_said_so(town: Town, engine: Engine) -> None:
    other = replace(RANKER, intercept=-8.0)
    town.builder.keep(SETTING, replace(KEPT, ranker=weights_of(other)).as_setting())
    assert isinstance(engine.ask(QUESTION), Answered)
    assert "made for another ranker" in str(engine.facts()["threshold_from"])


@pytest.mark.parametrize("kept", ["0.5", "{", '{"threshold": 0.9}'])
def test_what_cannot_be_read_is_as_if_nothing_were_kept(town: Town, engine: Engine, kept: str) -> None:
    town.builder.keep(SETTING, kept)
    assert isinstance(engine.ask(QUESTION), Answered)
    assert engine.facts()["threshold_from"] == "what comes with Footnote, for INDEX_RISK"


def test_weights_alone_tell_rankers_apart() -> None:
    assert weights_of(replace(RANKER, threshold=0.1, risks=((0.1, 0.2),))) == weights_of(RANKER)
    assert weights_of(replace(RANKER, ranking={Feature.COVERAGE: 1.0})) != weights_of(RANKER)
