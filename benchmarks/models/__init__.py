"""Trains the encoder's layers and the cross-reader of `index/embedding/models/`.

    python -m benchmarks.models pack  ../shared --out PACK      the data as tokens, and the base weights
    python -m benchmarks.models train PACK --out FOLDER         needs torch, numpy and safetensors, no more
    python -m benchmarks.models join  FOLDER                    writes the models, and their figures
    python -m benchmarks.models evaluate PACK                   the shipped encoder against the base, here

The encoder is tuned by comparison: InfoNCE (van den Oord et al. 2018, https://arxiv.org/abs/1807.03748) over
questions with their units and passages, with the other texts of a step and mined ones as negatives. The
cross-reader is trained listwise: a softmax over the units of all passages found for a question, with "none of
these" among them. What was trained, on what, and how well it does: `index/embedding/models/README.md`.

Training reads packed data so that it can run on a machine that has neither Footnote nor the sets. Each run
has a seed; with `--steps` a run on a CPU is repeatable, with `--seconds` its length depends on the machine.
A run whose layers are in the folder is not made again.
"""
