"""Tunes the encoder by comparison.

A step compares questions with documents of one form: units with title and headings in front, bare units, or
passages. The documents are the gold ones of all questions and mined negatives; the loss is InfoNCE (van den
Oord et al. 2018, https://arxiv.org/abs/1807.03748), −log softmax of the gold document's cosine over all
documents of the step. On the mixture, the softmax is held near the base model's (distillation, Hinton et al.
2015, https://arxiv.org/abs/1503.02531). With passages, headings are asked as questions of their sections.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.models.corpora import Corpus
from benchmarks.models.encoder import Encoder, Weights, layers_of
from benchmarks.models.mining import DEPTH, Mined
from benchmarks.models.schedule import Diary, Length, learning_rate
from benchmarks.models.texts import Bools, Form, Ints, Texts, encode

SHARPNESS: Final = 20.0
"""What cosines are multiplied by: the inverse of the temperature, .05."""
FORMS: Final = (Form.FRONTED_UNIT, Form.PASSAGE, Form.UNIT)
FORM_SHARES: Final = (0.4, 0.35, 0.25)
"""How often a step is of each form."""
HARD: Final = {Form.FRONTED_UNIT: 4, Form.PASSAGE: 3, Form.UNIT: 4}
"""Mined negatives of each question in a step."""
TOKENS: Final = {Form.FRONTED_UNIT: 128, Form.UNIT: 128, Form.PASSAGE: 224}
QUESTION_TOKENS: Final = 128
HEADING_TOKENS: Final = 64
BATCH_TOKENS: Final = 65_536
HEADING_WEIGHT: Final = 0.3
WARM_UP: Final = 20
_MASKED: Final = -1e4

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunConfig:
    """What runs differ in.

    Attributes:
        seed: Of everything random.
        rate: The highest learning rate.
        documentation: Share of a step's questions that are about documentation.
        mixture: Share that are of the mixture.
        headings: Headings asked as questions, as a share of the questions of a step.
        distillation: Weight of staying near the base model on the mixture.
    """

    seed: int
    rate: float
    documentation: float
    mixture: float
    headings: float
    distillation: float


RUNS: Final = (
    RunConfig(seed=1, rate=3e-5, documentation=0.35, mixture=0.5, headings=0.2, distillation=0.5),
    RunConfig(seed=2, rate=5e-5, documentation=0.5, mixture=0.4, headings=0.15, distillation=1.0),
    RunConfig(seed=3, rate=2e-5, documentation=0.6, mixture=0.3, headings=0.1, distillation=0.5),
)
"""The runs; the encoder in `index/embedding/models` is the first one's."""


class _Step(NamedTuple):
    """What a step compares.

    Attributes:
        form: The form of the documents.
        questions: Shape (questions,), int64.
        documents: Gold documents and negatives of all questions, rising, shape (documents,), int64.
        gold: The column of each question's gold document, shape (questions,), int64.
        excluded: Documents that are gold too, and so no negatives; shape (questions, documents), bool.
        angle_quotes: Whether `›` stands in front instead of `>`.
        headings: Sections whose headings are asked; perhaps none.
        heading_form: How those headings are asked.
    """

    form: Form
    questions: Ints
    documents: Ints
    gold: Ints
    excluded: Bools
    angle_quotes: bool
    headings: Ints
    heading_form: Form


class Trainer:
    """Trains runs on the same data.

    Args:
        texts: The data.
        base: The base model's weights.
        teacher: What the base model makes of the data, bare units too.
            Its nearest wrong texts are the first negatives, and its cosines are distilled.
        batch: Questions of a step.
    """

    def __init__(self, texts: Texts, base: Weights, teacher: Mined, batch: int) -> None:
        self._texts = texts
        self._base = base
        self._teacher = teacher
        self._batch = batch
        self._questions = {
            (role, form): [
                found for corpus in texts.having(role) if len(found := usable(corpus, texts, gold))
            ]
            for role in ("train", "mix")
            for form, gold in zip(FORMS, (texts.gold_units, texts.gold_chunks, texts.gold_units), strict=True)
        }

    def run(self, config: RunConfig, length: Length) -> Weights:
        """Train from the base weights on, while the rate falls to zero; gives the layers, float32."""
        torch.manual_seed(config.seed)
        chance = np.random.default_rng(config.seed)
        model = Encoder(self._base).to(self._texts.device)
        learned = [parameter for parameter in model.parameters() if parameter.requires_grad]
        optimizer = torch.optim.AdamW(learned, lr=config.rate, weight_decay=0.01, betas=(0.9, 0.98))
        diary = Diary(f"run of seed {config.seed}")
        mined, batch, step = self._teacher, self._batch, 0
        while (progress := length.progress(step)) < 1:
            if mined is self._teacher and progress > 0.5:
                mined = Mined(model, self._texts, self._texts.having("train", "mix"))
            optimizer.param_groups[0]["lr"] = config.rate * learning_rate(step, progress, WARM_UP)
            try:
                drawn = self._draw(chance, config, mined, batch)
                losses = self._losses(model, drawn, config.distillation)
                optimizer.zero_grad(set_to_none=True)
                torch.autograd.backward(losses["loss"])
            except torch.OutOfMemoryError:
                optimizer.zero_grad(set_to_none=True)
                torch.cuda.empty_cache()
                batch = int(batch * 0.7)
                _log.info("  out of memory: %d questions a step from now on", batch)
                continue
            nn.utils.clip_grad_norm_(learned, 1.0)
            optimizer.step()
            step += 1
            named = {f"{drawn.form.name.lower()} {name}": loss.item() for name, loss in losses.items()}
            diary.note(progress, named)
        diary.tell(1.0)
        return layers_of(model.state_dict())

    def _draw(self, chance: np.random.Generator, config: RunConfig, mined: Mined, batch: int) -> _Step:
        """Draw the questions and documents of a step."""
        texts = self._texts
        form = FORMS[int(chance.choice(len(FORMS), p=FORM_SHARES))]
        questions = self._draw_questions(chance, form, config, batch)
        is_passage = form is Form.PASSAGE
        sources = texts.gold_chunks if is_passage else texts.gold_units
        golds = [sources[question] for question in questions]
        positives = np.array([chance.choice(own) for own in golds])
        negatives = mined.negatives[Form.PASSAGE if is_passage else Form.FRONTED_UNIT]
        found = negatives[texts.index(questions)].cpu().numpy()
        picked = np.argsort(chance.random((len(questions), DEPTH)), 1)[:, : HARD[form]]
        hard = np.take_along_axis(found, picked, 1).reshape(-1)
        documents = np.unique(np.concatenate([positives, hard[hard >= 0]]))
        gold = np.searchsorted(documents, positives)
        if is_passage:
            excluded = same_words(documents, golds)
        else:
            excluded = same_words(texts.canonical[documents], [texts.canonical[units] for units in golds])
        excluded[np.arange(len(questions)), gold] = False
        angle_quotes = bool(chance.random() < 0.5)
        headings, heading_form = np.zeros(0, dtype=np.int64), Form.HEADING
        if is_passage and config.headings and len(texts.headings) > batch:
            headings = chance.choice(texts.headings, int(batch * config.headings), replace=False)
            heading_form = Form.HEADING if chance.random() < 0.5 else Form.TITLED_HEADING
        return _Step(form, questions, documents, gold, excluded, angle_quotes, headings, heading_form)

    def _draw_questions(self, chance: np.random.Generator, form: Form, config: RunConfig, batch: int) -> Ints:
        """Draw questions in blocks of few corpora, so that each other's documents are hard negatives."""
        drawn: list[Ints] = []
        for role, share, block, flatness in (
            ("train", config.documentation, 40, 1.0),
            ("mix", config.mixture, 64, 0.75),
        ):
            corpora = self._questions[role, form]
            wanted = int(batch * share)
            blocks = max(1, wanted // block)
            weights = np.array([len(questions) for questions in corpora], dtype=np.float64) ** flatness
            count = min(blocks, len(corpora))
            chosen = chance.choice(len(corpora), count, replace=False, p=weights / weights.sum())
            for number in map(int, chosen):
                size = min(len(corpora[number]), -(-wanted // blocks))
                drawn.append(chance.choice(corpora[number], size, replace=False))
        return np.concatenate(drawn)

    def _losses(self, model: Encoder, step: _Step, distillation: float) -> dict[str, Tensor]:
        """The loss that is trained, `loss`, and its parts."""
        texts = self._texts
        model.train()
        questions, documents = texts.index(step.questions), texts.index(step.documents)
        asked = encode(model, texts, Form.QUESTION, questions, limit=QUESTION_TOKENS, budget=BATCH_TOKENS)
        read = encode(
            model,
            texts,
            step.form,
            documents,
            limit=TOKENS[step.form],
            budget=BATCH_TOKENS,
            angle_quotes=step.angle_quotes,
        )
        scores = asked @ read.T * SHARPNESS
        contrast = info_nce(scores, texts.index(step.gold), texts.index(step.excluded))
        losses = {"loss": contrast, "contrast": contrast.detach()}
        rows = texts.index(np.flatnonzero(texts.is_mixture[step.questions]))
        if len(rows):
            taught = self._teacher.vectors[Form.QUESTION][questions[rows]].float()
            teacher = taught @ self._teacher.vectors[step.form][documents].float().T * SHARPNESS
            divergence = distilled(scores[rows], teacher)
            losses["distillation"] = divergence.detach()
            losses["loss"] = losses["loss"] + distillation * divergence * len(rows) / len(questions)
        if len(step.headings):
            below = self._heading_loss(model, step)
            losses["headings"] = below.detach()
            losses["loss"] = losses["loss"] + HEADING_WEIGHT * below
        return losses

    def _heading_loss(self, model: Encoder, step: _Step) -> Tensor:
        """InfoNCE of headings with their sections; the other sections of the step are the negatives."""
        texts, headings = self._texts, self._texts.index(step.headings)
        asked = encode(model, texts, step.heading_form, headings, limit=HEADING_TOKENS, budget=BATCH_TOKENS)
        read = encode(model, texts, Form.SECTION, headings, limit=TOKENS[step.form], budget=BATCH_TOKENS)
        return functional.cross_entropy(
            asked @ read.T * SHARPNESS, torch.arange(len(headings)).to(asked.device)
        )


def usable(corpus: Corpus, texts: Texts, gold: Sequence[Ints]) -> Ints:
    """The answerable questions of a corpus that have a gold document."""
    numbers = np.arange(*corpus.questions)
    has_gold = np.array([len(one) > 0 for one in gold[slice(*corpus.questions)]], dtype=np.bool_)
    found: Ints = numbers[has_gold & (texts.answerable[numbers] == 1)]
    return found


def same_words(documents: Ints, gold: Sequence[Ints]) -> Bools:
    """Which documents are, or read the same as, a question's gold ones.

    Args:
        documents: What each document reads, as a number, shape (documents,).
        gold: What the gold documents of each question read.

    Returns:
        Shape (questions, documents), bool.
    """
    places: dict[int, list[int]] = {}
    for column, number in enumerate(documents.tolist()):
        places.setdefault(number, []).append(column)
    found = np.zeros((len(gold), len(documents)), dtype=np.bool_)
    for row, numbers in zip(found, gold, strict=True):
        for number in numbers.tolist():
            row[places.get(number, [])] = True
    return found


def info_nce(scores: Tensor, gold: Tensor, excluded: Tensor) -> Tensor:
    """InfoNCE: the mean over questions of −log softmax(scores)[gold].

    Args:
        scores: Shape (questions, documents), float32.
        gold: The column of each question's gold document, shape (questions,), int64.
        excluded: Columns that are left out of the softmax; shape (questions, documents), bool.
    """
    return functional.cross_entropy(scores.masked_fill(excluded, _MASKED), gold)


def distilled(scores: Tensor, teacher: Tensor) -> Tensor:
    """The mean Kullback–Leibler divergence of the softmax of scores from that of the teacher's.

    Args:
        scores: Shape (questions, documents), float32.
        teacher: The same of the teacher.
    """
    ours, theirs = functional.log_softmax(scores, 1), functional.log_softmax(teacher, 1)
    return functional.kl_div(ours, theirs, log_target=True, reduction="batchmean")
