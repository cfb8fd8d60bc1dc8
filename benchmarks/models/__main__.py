"""`python -m benchmarks.models`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

SHARED: Final = Path("../shared")
MODELS: Final = Path("index/embedding/models")
PAGE: Final = Path("docs/benchmarks.md")


def main(arguments: Sequence[str] | None = None) -> None:
    """Pack, train, join or evaluate, as the arguments say."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    commands = {"pack": _pack, "train": _train, "join": _join, "evaluate": _evaluate}
    commands[options.command](options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.models", description="Trains the models.")
    commands = parser.add_subparsers(dest="command", required=True)

    pack = commands.add_parser("pack", help="write the data as tokens, and the base weights")
    pack.add_argument("shared", type=Path, nargs="?", default=SHARED, help="holds eval/ and train/")
    pack.add_argument("--out", type=Path, required=True, metavar="PACK")

    train = commands.add_parser(
        "train", help="train on packed data; needs torch, numpy and safetensors alone"
    )
    train.add_argument("pack", type=Path)
    train.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    train.add_argument("--device", choices=("cpu", "cuda"), default="cuda")
    train.add_argument("--runs", type=int, nargs="+", default=[0, 1, 2], choices=(0, 1, 2))
    train.add_argument("--seconds", type=float, default=107.0, help="of each run")
    train.add_argument("--reader-seconds", type=float, default=82.0, help="of the cross-reader; 0 for none")
    train.add_argument("--steps", type=int, default=0, help="of each run and the cross-reader, not seconds")
    train.add_argument("--batch", type=int, default=512, help="questions of a step of the encoder")
    train.add_argument("--reader-batch", type=int, default=64, help="questions of a step of the cross-reader")

    join = commands.add_parser("join", help="check trained models, and put them into the repository")
    join.add_argument("trained", type=Path)
    join.add_argument("--models", type=Path, default=MODELS)
    join.add_argument("--page", type=Path, default=PAGE, help="gets a section of figures")

    evaluate = commands.add_parser("evaluate", help="measure an encoder's layers against the base model")
    evaluate.add_argument("pack", type=Path)
    evaluate.add_argument("--layers", type=Path, default=MODELS / "encoder.safetensors")
    evaluate.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    evaluate.add_argument("--sets", nargs="+", help="dev, mixdev, community, squad, clapnq, qed, mtrag")
    return parser


def _pack(options: argparse.Namespace) -> None:
    from benchmarks.models.encoder import base_model, base_weights, write_weights
    from benchmarks.models.packing import Packer
    from benchmarks.models.sources import pack_sets

    options.out.mkdir(parents=True, exist_ok=True)
    write_weights(base_weights(base_model()), options.out / "base.safetensors")
    packer = Packer()
    pack_sets(options.shared, packer)
    packer.write(options.out / "data.bin")


def _train(options: argparse.Namespace) -> None:
    from benchmarks.models.training import Options, Training

    given = {name: value for name, value in vars(options).items() if name != "command"}
    Training(Options(**{**given, "runs": tuple(options.runs)})).train()


def _join(options: argparse.Namespace) -> None:
    from benchmarks.document import write_section
    from benchmarks.models.joining import join, read_results, section

    join(options.trained, options.models)
    results = read_results(options.trained)
    if results is not None:
        write_section(options.page, "models", section(results))


def _evaluate(options: argparse.Namespace) -> None:
    from benchmarks.models.encoder import read_weights
    from benchmarks.models.training import compare

    base = read_weights(options.pack / "base.safetensors")
    layers = read_weights(options.layers)
    compare(options.pack / "data.bin", base, layers, options.device, options.sets)


if __name__ == "__main__":
    main()
