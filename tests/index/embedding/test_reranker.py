from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import CrossEncoder
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

from index.embedding import Reranker
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
    folder = make(tmp_path / "reranker")
    reranker = Reranker(str(folder), dtype="float32", threads=1)
    texts = ["the last ferry leaves at noon", "tickets cost"]
    scores = reranker.score("when does the last ferry leave", texts)
    assert scores.shape == (2,)
    assert scores.dtype == np.float64
    assert ((scores > 0) & (scores < 1)).all()
    library = CrossEncoder(str(folder), device="cpu")
    logits = library.predict([("when does the last ferry leave", text) for text in texts])
    np.testing.assert_allclose(scores, logits, atol=1e-6)
    assert reranker.score("when", []).shape == (0,)
    assert reranker.fingerprint == str(folder)


def test_a_model_that_is_no_reranker_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="INDEX_RERANKER.*returns 3 numbers"):
        Reranker(str(make(tmp_path / "three", outputs=3))).score("when", ["the ferry"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelUnavailable, match="INDEX_RERANKER.*cannot be loaded"):
        Reranker(str(tmp_path / "empty")).score("when", ["the ferry"])
