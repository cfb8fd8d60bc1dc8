"""A whole training: runs of the encoder, the choice among them and their means, then the cross-reader.

The folder then holds `run-N.safetensors` (float32), `encoder.safetensors` and `reader.safetensors`
(bfloat16), and `results.json` with the figures.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch

from benchmarks.models.contrastive import RUNS, Trainer
from benchmarks.models.encoder import (
    Encoder,
    Weights,
    layers_of,
    mixed,
    read_weights,
    rounded,
    write_weights,
)
from benchmarks.models.evaluation import SCORES, evaluate
from benchmarks.models.figures import Figures, Interval, Measured, figures, gains, selection_value
from benchmarks.models.listwise import train_reader
from benchmarks.models.mining import Mined
from benchmarks.models.reader_evaluation import evaluate_reader
from benchmarks.models.schedule import Length
from benchmarks.models.texts import Texts

SHARES: Final = (1.0, 0.75, 0.5, 0.25)
"""Shares of the runs' mean that are tried against the base model."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """What a training is told.

    Attributes:
        pack: The folder of packed data.
        out: The folder for what is trained.
        device: `cpu` or `cuda`.
        runs: Which of `RUNS` to train.
        seconds: The length of each run.
        reader_seconds: The length of the cross-reader's training; 0 for none.
        steps: The length of all of them in steps instead; 0 for none. Makes a run on a CPU repeatable.
        batch: Questions of a step of the encoder.
        reader_batch: Questions of a step of the cross-reader.
    """

    pack: Path
    out: Path
    device: str
    runs: tuple[int, ...] = (0, 1, 2)
    seconds: float = 107.0
    reader_seconds: float = 82.0
    steps: int = 0
    batch: int = 512
    reader_batch: int = 64


class Training:
    """A training in progress.

    Args:
        options: What it is told.
    """

    def __init__(self, options: Options) -> None:
        options.out.mkdir(parents=True, exist_ok=True)
        torch.set_float32_matmul_precision("highest")
        torch.backends.cuda.enable_cudnn_sdp(False)  # it would plan anew for every shape of a batch
        self._options = options
        self._texts = Texts(options.pack / "data.bin", options.device)
        self._base = read_weights(options.pack / "base.safetensors")
        self._judges = self._texts.having("dev", "mixdev")
        self._results: dict[str, Any] = {"runs": options.runs, "torch": torch.__version__}

    def train(self) -> None:
        """Train everything, and write it."""
        started = time.monotonic()
        everything = [*self._judges, *self._texts.having("test")]
        base = self._encoder(layers_of(self._base))
        before = evaluate(base, self._texts, everything)
        self._note(base={score: figures(before, score) for score in SCORES})
        tell("base", figures(before, "f+p"))
        layers = self._choose(before, self._train_runs(base))
        tuned = self._encoder(layers)
        after = evaluate(tuned, self._texts, everything)
        self._note(
            tuned={score: figures(after, score) for score in SCORES},
            gains={score: gains(before, after, score) for score in SCORES},
        )
        tell("tuned", figures(after, "f+p"))
        if self._options.reader_seconds:
            self._train_reader(tuned, layers, after)
        self._note(seconds=time.monotonic() - started)

    def _train_runs(self, base: Encoder) -> dict[str, Weights]:
        """The layers of each run; those that are in the folder are taken from there."""
        options, runs = self._options, {}
        teacher = Mined(base, self._texts, self._texts.having("train", "mix"), bare_units=True)
        trainer = Trainer(self._texts, self._base, teacher, options.batch)
        for number in options.runs:
            path = options.out / f"run-{number}.safetensors"
            if path.exists():
                _log.info("run %d is in %s", number, path)
            else:
                layers = trainer.run(RUNS[number], Length(options.seconds, options.steps))
                write_weights(layers, path, torch.float32)
            runs[f"run {number}"] = read_weights(path)
        return runs

    def _choose(self, before: Mapping[str, Measured], runs: Mapping[str, Weights]) -> Weights:
        """The best of the runs and their mixtures by `selection_value`, or the base's layers."""
        values = {name: self._value(name, layers, before) for name, layers in runs.items()}
        best, value, chosen = "base", selection_value(before, before), layers_of(self._base)
        mixtures = self._mixtures(runs, sorted(values, key=lambda name: -values[name]))
        for name, layers in {**runs, **mixtures}.items():
            if name not in values:
                values[name] = self._value(name, layers, before)
            if values[name] > value:
                best, value, chosen = name, values[name], layers
        _log.info("chosen: %s", best)
        self._note(chosen=best, values=values)
        write_weights(chosen, self._options.out / "encoder.safetensors")
        return chosen

    def _mixtures(self, runs: Mapping[str, Weights], best_first: Sequence[str]) -> dict[str, Weights]:
        """The mean of all runs and of the best two, and shares of either against the base model."""
        base = layers_of(self._base)
        means = {"mean": mixed(*((1 / len(runs), layers) for layers in runs.values()))}
        if len(runs) > 2:
            means["best two"] = mixed(*((0.5, runs[name]) for name in best_first[:2]))
        return {
            f"{name} × {share}": mixed((share, layers), (1 - share, base))
            for name, layers in means.items()
            for share in SHARES
        }

    def _value(self, name: str, layers: Weights, before: Mapping[str, Measured]) -> float:
        measured = evaluate(self._encoder(layers), self._texts, self._judges)
        value = selection_value(measured, before)
        _log.info("%s: %.4f", name, value)
        return value

    def _train_reader(self, tuned: Encoder, layers: Weights, found: Mapping[str, Measured]) -> None:
        options, texts = self._options, self._texts
        mined = Mined(tuned, texts, texts.having("train", "mix"))
        length = Length(options.reader_seconds, options.steps)
        weights = {**self._base, **rounded(layers)}
        reader = train_reader(texts, weights, mined, length, options.reader_batch)
        write_weights(reader.weights(), options.out / "reader.safetensors")
        self._note(reader=evaluate_reader(reader, tuned, texts, texts.having("dev", "test"), found))

    def _encoder(self, layers: Weights) -> Encoder:
        """The encoder as it will be once its layers were written."""
        return Encoder({**self._base, **rounded(layers)}).to(self._options.device)

    def _note(self, **results: object) -> None:
        self._results |= results
        path = self._options.out / "results.json"
        partial = path.with_name(f"{path.name}.new")
        partial.write_text(json.dumps(self._results, indent=1), encoding="utf-8")
        partial.replace(path)


def compare(
    data: Path, base: Weights, layers: Weights, device: str, sets: Collection[str] | None = None
) -> dict[str, dict[str, Interval]]:
    """Measure layers against the base model, and log the figures of both.

    Args:
        data: What `Packer.write` wrote.
        base: The base model's weights.
        layers: Laid over them.
        device: `cpu` or `cuda`.
        sets: Which sets; all but those to train on where left out.

    Returns:
        The gains of each set.
    """
    texts = Texts(data, device, sets)
    corpora = texts.having("dev", "mixdev", "test")
    results = []
    for name, weights in (("base", base), ("tuned", {**base, **layers})):
        results.append(evaluate(Encoder(weights).to(device), texts, corpora))
        tell(name, figures(results[-1], "f+p"))
    found = gains(results[0], results[1], "f+p")
    for judges, of_set in found.items():
        said = "  ".join(
            f"{key} {one.gain:+.3f} ({one.low:+.3f} to {one.high:+.3f})" for key, one in of_set.items()
        )
        _log.info("gain, %s: %s", judges, said)
    return found


def tell(name: str, found: Mapping[str, Figures]) -> None:
    """Log the figures of each set."""
    for judges, values in found.items():
        _log.info("%s, %s: %s", name, judges, " ".join(f"{key} {value:.3f}" for key, value in values.items()))
