"""Trains the cross-reader listwise.

All units of a question's passages and "none of these" are one list; the loss is −log of the softmax mass on
the gold units, or on "none of these" where no passage holds one (the listwise softmax of Cao et al. 2007,
"ListNet", https://doi.org/10.1145/1273496.1273513, with several right ones). At every second step the tuned
encoder's cosines are added, so that scores are learned with and without them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.models.encoder import Weights
from benchmarks.models.mining import Mined
from benchmarks.models.reader import Reader, Scores, read
from benchmarks.models.schedule import Diary, Length, learning_rate
from benchmarks.models.texts import Form, Ints, Texts

SEED: Final = 11
PASSAGES: Final = 6
"""Passages of a question in training, a gold one among them where there is one."""
NEAREST: Final = 20
"""Mined passages that negatives are drawn from, nearer ones more often."""
LAYER_RATE: Final = 5e-5
HEAD_RATE: Final = 5e-4
WARM_UP: Final = 50
_LOWEST: Final = -1e4


def train_reader(texts: Texts, weights: Weights, mined: Mined, length: Length, questions: int = 64) -> Reader:
    """Train a cross-reader from an encoder's weights on.

    Args:
        texts: The data.
        weights: Embeddings and tuned layers.
        mined: What the tuned encoder makes of the data.
        length: How long.
        questions: Questions of a step, half about documentation.
    """
    torch.manual_seed(SEED)
    chance = np.random.default_rng(SEED)
    reader = Reader(weights).to(texts.device)
    trained = [(name, one) for name, one in reader.named_parameters() if one.requires_grad]
    layers = [one for name, one in trained if name.startswith("encoder.")]
    heads = [one for name, one in trained if not name.startswith("encoder.")]
    optimizer = torch.optim.AdamW(
        [{"params": layers, "rate": LAYER_RATE}, {"params": heads, "rate": HEAD_RATE}],
        weight_decay=0.01,
        betas=(0.9, 0.98),
    )
    usable = [_usable(texts, role) for role in ("train", "mix")]
    diary, step = Diary("cross-reader"), 0
    while (progress := length.progress(step)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * learning_rate(step, progress, WARM_UP)
        asked = np.concatenate([chance.choice(some, questions // 2) for some in usable])
        passages = _draw_passages(texts, mined, asked, chance)
        reader.train()
        scores = read(reader, texts, texts.index(asked), texts.index(passages))
        if step % 2 == 0:
            found = mined.vectors
            scores = with_cosines(
                reader,
                scores,
                found[Form.QUESTION][texts.index(asked)[scores.question]].float(),
                found[Form.FRONTED_UNIT][scores.unit].float() + found[Form.PASSAGE][scores.chunk].float(),
            )
        loss = listwise_loss(scores, gold_units(texts, asked, scores))
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_([*layers, *heads], 1.0)
        optimizer.step()
        step += 1
        diary.note(progress, {"loss": loss.item()})
    diary.tell(1.0)
    return reader


def listwise_loss(scores: Scores, gold: Tensor) -> Tensor:
    """The mean over questions of −log softmax(units and none)[gold units, or none without them].

    Args:
        scores: What the reader said.
        gold: Which of its units are gold, shape (units,), bool.
    """
    questions = len(scores.none)
    numbers = torch.arange(questions, device=scores.none.device)
    everything = torch.cat([scores.score, scores.none])
    owner = torch.cat([scores.question, numbers])
    has_gold = torch.zeros(questions, dtype=torch.bool, device=scores.none.device)
    has_gold[scores.question[gold]] = True
    right = torch.cat([gold, ~has_gold])
    whole = logsumexp_by(everything, owner, questions)
    return (whole - logsumexp_by(everything[right], owner[right], questions)).mean()


def logsumexp_by(values: Tensor, owner: Tensor, owners: int) -> Tensor:
    """The log of the sum of the exponentials of each owner's values.

    Args:
        values: Shape (values,), float32.
        owner: Whose each is, shape (values,), int64.
        owners: How many owners there are, each with a value.

    Returns:
        Shape (owners,), float32.
    """
    top = torch.full((owners,), _LOWEST, device=values.device)
    top = top.scatter_reduce(0, owner, values.detach(), "amax")
    sums = torch.zeros(owners, device=values.device).index_add(0, owner, (values - top[owner]).exp())
    return top + sums.clamp(min=1e-9).log()


def with_cosines(reader: Reader, scores: Scores, asked: Tensor, documents: Tensor) -> Scores:
    """Scores with cosines added.

    Args:
        reader: Holds what cosines count.
        scores: What it said.
        asked: The vector of each unit's question, shape (units, 384).
        documents: The vector of each unit and that of its passage, added up, shape (units, 384).
    """
    return scores._replace(
        score=scores.score + reader.scale[0] * (asked * documents).sum(1),
        none=scores.none + reader.scale[1],
    )


def gold_units(texts: Texts, asked: Ints, scores: Scores) -> Tensor:
    """Which of the units that were read are gold for their question, shape (units,), bool."""
    gold = [set(texts.gold_units[question].tolist()) for question in asked]
    pairs = zip(scores.question.tolist(), scores.unit.tolist(), strict=True)
    return torch.tensor([unit in gold[row] for row, unit in pairs], dtype=torch.bool, device=texts.device)


def _usable(texts: Texts, role: str) -> Ints:
    """Questions with a gold unit, or that nothing answers."""
    numbers = np.concatenate([np.arange(*corpus.questions) for corpus in texts.having(role)])
    has_gold = np.array([len(texts.gold_units[number]) > 0 for number in numbers])
    usable: Ints = numbers[has_gold | (texts.answerable[numbers] == 0)]
    return usable


def _draw_passages(texts: Texts, mined: Mined, asked: Ints, chance: np.random.Generator) -> Ints:
    """A gold passage of each question, if it has one, and mined ones; shape (questions, 6), −1 for none."""
    nearest = mined.negatives[Form.PASSAGE][texts.index(asked)][:, :NEAREST].cpu().numpy()
    passages = np.full((len(asked), PASSAGES), -1)
    for row, (question, found) in enumerate(zip(asked, nearest, strict=True)):
        has_gold = len(texts.gold_units[question]) > 0
        gold = [int(chance.choice(texts.gold_chunks[question]))] if has_gold else []
        wrong = found[found >= 0]
        if len(wrong):
            places = (len(wrong) * chance.random(2 * PASSAGES) ** 1.5).astype(np.int64)
            wrong = np.unique(wrong[np.minimum(len(wrong) - 1, places)])
        chance.shuffle(wrong)
        both = gold + [chunk for chunk in wrong.tolist() if chunk not in gold]
        passages[row, : len(both[:PASSAGES])] = both[:PASSAGES]
    return passages
