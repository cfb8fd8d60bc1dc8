from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import CrossEncoder
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

from index.embedding import SentenceReader
from index.errors import ModelUnavailable

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] the last ferry leaves at noon when does tickets cost".split()


def make(folder: Path, outputs: int = 1) -> Path:
    """A small cross-encoder as the library saves them, its weights drawn at random."""
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    config.num_labels = outputs
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizer(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    assert json.loads((folder / "config.json").read_text())["model_type"] == "bert"
    return folder


def test_reads_a_question_with_each_sentence(tmp_path: Path) -> None:
    folder = make(tmp_path / "reader")
    reader = SentenceReader(str(folder), dtype="float32", threads=1)
    texts = ["the last ferry leaves at noon", "tickets cost"]
    read = reader.read("when does the last ferry leave", texts)
    assert read.shape == (2,)
    assert read.dtype == np.float64
    assert ((read > 0) & (read < 1)).all()
    library = CrossEncoder(str(folder), device="cpu")
    logits = library.predict([("when does the last ferry leave", text) for text in texts])
    np.testing.assert_allclose(read, logits, atol=1e-6)
    assert reader.read("when", []).shape == (0,)
    assert reader.fingerprint == str(folder)


def test_a_reader_that_is_none_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="INDEX_READER.*gives 3 numbers"):
        SentenceReader(str(make(tmp_path / "three", outputs=3))).read("when", ["the ferry"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelUnavailable, match="INDEX_READER.*cannot be loaded"):
        SentenceReader(str(tmp_path / "empty")).read("when", ["the ferry"])
