"""Trains the models on made-up data, and holds the shipped ones to their card."""

from __future__ import annotations

import gzip
import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from tokenizers import Tokenizer

from benchmarks.models.__main__ import main
from benchmarks.models.archive import Array, read_arrays, write_arrays
from benchmarks.models.bm25 import BM25
from benchmarks.models.contrastive import info_nce, same_words
from benchmarks.models.encoder import base_model, read_weights
from benchmarks.models.evaluation import first_hit, fused
from benchmarks.models.figures import NOT_FOUND, Interval, Measured, auroc, figures, gains, selection_value
from benchmarks.models.gold import CommunityGold
from benchmarks.models.joining import LEAST_COSINE, agreement, sha256
from benchmarks.models.listwise import listwise_loss
from benchmarks.models.reader import Scores, load_reader
from benchmarks.models.reader_evaluation import Reading, outcome
from benchmarks.models.texts import ANGLE_QUOTE, GREATER_THAN, Form, Texts, batches

MODELS = Path(__file__).parents[2] / "index" / "embedding" / "models"
CARD = (MODELS / "README.md").read_text(encoding="utf-8")

TOPICS = {
    "Turning it on": "Press the green button on the left for five seconds until the lamp glows.",
    "Cleaning the filter": "Rinse the filter under cold water every month and let it dry for a whole day.",
    "Changing the battery": "Slide the cover away and put in two batteries of the size AA.",
    "Talking to a server": "Set `server.port` to 8080 in the file of settings and restart the service.",
    "Making a backup": "Copy the folder `data` to another disk while nothing is being written.",
    "Getting help": "Ask in the forum, and say which version you have and what you tried before.",
}


def lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def documentation(folder, projects):
    """Write each project's articles, and questions of which every third has no answer."""
    questions = []
    for project in projects:
        sections = "".join(f"## {heading}\n\nIn {project}: {text}\n\n" for heading, text in TOPICS.items())
        article = folder / project / "articles" / "guide" / "use.md"
        article.parent.mkdir(parents=True)
        article.write_text(f"# Using {project}\n\n{sections}", encoding="utf-8")
        for number, (heading, text) in enumerate(TOPICS.items()):
            answerable = number % 3 != 2
            questions.append(
                {
                    "id": f"{project}-{number}",
                    "community": project,
                    "question": f"what about {heading.lower()}?",
                    "answerable": answerable,
                    "evidence": [{"article_id": "guide/use.md", "text": text}] if answerable else [],
                }
            )
    lines(folder / "questions.jsonl", questions)


def rows(name):
    """Rows of a set of the mixture: spans, and some without an answer."""
    for number, (heading, text) in enumerate(TOPICS.items()):
        passage = f"{text} This is what the {name} people say about it."
        span = [{"start": text.index(" ") + 1, "text": text.split()[1]}]
        answer = {"answerable": False} if number % 3 == 2 else {"answers": span}
        yield {"id": str(number), "question": f"{heading}?", "passage": passage, "title": heading, **answer}


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shared")
    documentation(folder / "eval" / "community", ["kettle"])
    documentation(folder / "train" / "communities" / "tools", ["helix", "lamp", "mower"])
    articles = [{"id": name, "title": name, "text": text} for name, text in TOPICS.items()]
    lines(folder / "eval" / "squad" / "articles.jsonl", articles)
    questions = [
        {
            "id": one["id"],
            "question": one["id"],
            "answerable": True,
            "evidence": [{"article_id": one["id"], **one}],
        }
        for one in articles
    ]
    lines(folder / "eval" / "squad" / "questions.jsonl", questions)
    for name in ("onestopqa", "quoref_contrast", "integreat_en"):
        lines(folder / "train" / f"{name}.jsonl.gz", rows(name))
    return folder


@pytest.fixture(scope="module")
def pack(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pack")
    main(["pack", str(shared), "--out", str(folder)])
    return folder


@pytest.fixture(scope="module")
def tokenizer():
    loaded = Tokenizer.from_file(str(base_model() / "tokenizer.json"))
    loaded.no_truncation()
    loaded.no_padding()
    return loaded


def train(pack, out):
    sizes = ["--steps", "2", "--batch", "10", "--reader-batch", "4"]
    main(["train", str(pack), "--out", str(out), "--device", "cpu", "--runs", "0", *sizes])


@pytest.fixture(scope="module")
def trained(pack, tmp_path_factory):
    out = tmp_path_factory.mktemp("trained")
    train(pack, out)
    return out


def test_arrays_are_read_as_they_were_written(tmp_path):
    arrays: dict[str, Array] = {
        "bytes": np.array([3, 0, 255], np.uint8),
        "lengths": np.array([0, 65535, 256], np.uint16),
        "numbers": np.array([70000, 1, 2**31], np.uint32),
        "places": np.array([5, 9, 2, 2**30, 0], np.int32),
        "nothing": np.zeros(0, np.uint16),
    }
    write_arrays(tmp_path / "data.bin", arrays, {"name": "Öre"})
    found, meta = read_arrays(tmp_path / "data.bin")
    assert meta == {"name": "Öre"}
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        assert found[name].tolist() == array.tolist()


def test_packed_texts_are_the_articles_tokens(pack, tokenizer):
    texts = Texts(pack / "data.bin", "cpu")
    roles = {corpus.name: corpus.role for corpus in texts.corpora}
    assert roles == {
        **{"kettle": "test", "squad": "test", "helix": "dev", "lamp": "train", "mower": "train"},
        **{"onestopqa": "mix", "quoref_contrast": "mix", "integreat_en": "mixdev"},
    }
    lamp = next(corpus for corpus in texts.corpora if corpus.name == "lamp")
    question = lamp.questions[0] + 1
    (unit,) = texts.gold_units[question]
    front, sentence = "Using lamp > Cleaning the filter", f"In lamp: {TOPICS['Cleaning the filter']}"
    for form, index, text in (
        (Form.UNIT, unit, sentence),
        (Form.FRONTED_UNIT, unit, f"{front} {sentence}"),
        (Form.PASSAGE, texts.lexical[question][0], f"{front} Cleaning the filter {sentence}"),
        (Form.QUESTION, question, "what about cleaning the filter?"),
    ):
        ids, mask = texts.ids(form, texts.index([index]))
        assert ids[mask].tolist() == tokenizer.encode(text).ids
        assert int(texts.lengths(form, texts.index([index]))) == int(mask.sum())
    quoted, _ = texts.ids(Form.FRONTED_UNIT, texts.index([unit]), angle_quotes=True)
    plain, _ = texts.ids(Form.FRONTED_UNIT, texts.index([unit]))
    assert torch.equal(quoted, torch.where(plain == GREATER_THAN, ANGLE_QUOTE, plain))
    assert ANGLE_QUOTE in quoted
    short, mask = texts.ids(Form.FRONTED_UNIT, texts.index([unit]), limit=10)
    assert short[mask].tolist() == [*plain[0, :9].tolist(), 102]
    assert texts.lexical[question][0] in texts.gold_chunks[question]
    assert texts.answerable[slice(*lamp.questions)].tolist() == [1, 1, 0, 1, 1, 0]
    assert len(texts.headings) == 2 * len(TOPICS)


def test_a_training_writes_models_that_join(pack, trained, tmp_path, caplog):
    encoder, reader = trained / "encoder.safetensors", trained / "reader.safetensors"
    assert keys_of(encoder) == keys_of(MODELS / encoder.name)
    assert keys_of(reader) == keys_of(MODELS / reader.name)
    run, base = read_weights(trained / "run-0.safetensors"), read_weights(pack / "base.safetensors")
    assert all(not torch.equal(run[name], base[name]) for name in run if name.endswith("dense.weight"))
    results = json.loads((trained / "results.json").read_text(encoding="utf-8"))
    assert results["base"]["f+p"].keys() == {"dev", "mixdev", "community", "squad"}
    assert results["base"]["f+p"]["community"]["n"] == 4
    assert results["chosen"] in {"base", *results["values"]}
    assert results["reader"].keys() == {"dev", "community", "squad"}
    page = tmp_path / "page.md"
    main(["join", str(trained), "--models", str(tmp_path / "models"), "--page", str(page)])
    assert sha256(tmp_path / "models" / encoder.name) == sha256(encoder)
    load_reader(tmp_path / "models" / reader.name)
    assert "| community " in page.read_text(encoding="utf-8")
    caplog.set_level("INFO")
    main(["evaluate", str(pack), "--layers", str(encoder), "--sets", "community"])
    said = [record.getMessage() for record in caplog.records]
    assert [line.partition(":")[0] for line in said] == [
        "base, community",
        "tuned, community",
        "gain, community",
    ]


def test_a_run_that_is_there_is_not_trained_again(pack, trained, tmp_path):
    for name in ("run-0.safetensors",):
        (tmp_path / name).write_bytes((trained / name).read_bytes())
    stamp = (tmp_path / "run-0.safetensors").stat().st_mtime_ns
    train(pack, tmp_path)
    assert (tmp_path / "run-0.safetensors").stat().st_mtime_ns == stamp
    for name in ("encoder.safetensors", "reader.safetensors"):
        assert sha256(tmp_path / name) == sha256(trained / name)  # the same seed and steps, the same weights


def test_the_shipped_layers_mean_the_same_to_sentence_transformers():
    layers = read_weights(MODELS / "encoder.safetensors")
    assert (agreement(layers) > LEAST_COSINE).all()


def keys_of(path):
    with safe_open(path, framework="pt") as file:
        return set(file.keys())


def test_the_card_names_the_shipped_files_and_their_tensors():
    listed = re.findall(r"^\| `(\w+\.safetensors)` \| `(\w{64})` \| (\d+) \| (\d+) \|$", CARD, re.MULTILINE)
    assert {name for name, *_ in listed} == {path.name for path in MODELS.glob("*.safetensors")}
    of_layer, of_reader = (
        "".join(re.findall(rf"```{name}\n(.*?)```", CARD, re.DOTALL)).split() for name in ("layer", "reader")
    )
    layers = {f"encoder.layer.{number}.{name}" for number in range(6) for name in of_layer}
    expected = {"encoder.safetensors": layers, "reader.safetensors": layers | set(of_reader)}
    for name, digest, size, tensors in listed:
        assert sha256(MODELS / name) == digest
        assert (MODELS / name).stat().st_size == int(size) < 25 << 20
        assert keys_of(MODELS / name) == expected[name]
        assert len(expected[name]) == int(tensors)


def test_the_code_of_the_card_loads_both(monkeypatch):
    monkeypatch.chdir(MODELS.parents[2])
    names: dict[str, Any] = {}
    for code in re.findall(r"```python\n(.*?)```", CARD, re.DOTALL):
        exec(code, names)
    vector = names["model"].encode("How do I reset it?", convert_to_tensor=True)
    assert vector.shape == (384,)
    assert names["reader"].scale.tolist() == [10.0, 11.9375]


def test_auroc_counts_ties_half():
    assert auroc([3, 2, 2, 1], [True, True, False, False]) == 3.5 / 4
    assert auroc([1, 2], [True, False]) == 0
    assert math.isnan(auroc([1, 2], [True, True]))


def test_the_first_hit_is_a_rank_from_zero():
    hits = torch.tensor([[False, True, True], [False, False, False], [True, False, False]])
    assert first_hit(hits).tolist() == [1, NOT_FOUND, 0]


def test_fusion_adds_reciprocal_ranks():
    near = torch.tensor([[2, 0], [1, 0]])
    found = fused(near, [np.array([3, 0]), np.array([], dtype=np.int64)], 4)
    assert found.tolist() == [[0, 2, 3, 1], [1, 0, 2, 3]]  # 2/61; 1/60; 1/60 of a later chunk; nothing


def test_info_nce_leaves_out_other_gold_documents():
    scores = torch.tensor([[2.0, 1.0, 5.0]])
    loss = info_nce(scores, torch.tensor([0]), torch.tensor([[False, False, True]]))
    assert float(loss) == pytest.approx(math.log(1 + math.exp(-1)))
    assert same_words(np.array([4, 7, 4]), [np.array([4]), np.array([9])]).tolist() == [
        [True, False, True],
        [False] * 3,
    ]


def test_the_listwise_loss_weighs_gold_units_or_none():
    scores = Scores(
        question=torch.tensor([0, 0, 0, 1]),
        unit=torch.tensor([5, 6, 7, 8]),
        chunk=torch.tensor([0, 0, 1, 2]),
        score=torch.tensor([1.0, 2.0, 0.0, 3.0]),
        none=torch.tensor([0.5, 1.0]),
    )
    first = math.log(sum(map(math.exp, (1, 2, 0, 0.5))) / (math.exp(1) + math.exp(0)))
    second = math.log(math.exp(3) + math.exp(1)) - 1
    loss = listwise_loss(scores, torch.tensor([True, False, True, False]))
    assert float(loss) == pytest.approx((first + second) / 2, rel=1e-5)


def test_readings_are_judged_with_and_without_cosines():
    reading = Reading(np.array([2.0, 0.0]), np.array([0.1, 0.3]), np.array([False, True]), none=1.0)
    found = outcome(reading, 10.0, 12.0)
    assert [found[name] for name in ("reader", "cos", "mixed", "mixed.3")] == [0, 1, 0, 1]
    assert found["none"] == pytest.approx(math.log(math.exp(2) + 1) - 1)
    assert found["nonemixed"] == pytest.approx(math.log(2 * math.exp(3)) - 13)
    assert found["cosbest"] == 0.3


def measured(judges, ranks):
    ranks = np.array(ranks)
    best = {score: np.array([0.9, 0.8, 0.7, 0.6]) for score in ("f+p", "u+p")}
    units = dict.fromkeys(("f+p", "u+p"), ranks)
    return Measured(
        judges, np.array([1, 1, 0, 2]), ranks, ranks, units, best, np.zeros((4, 1), dtype=np.int64)
    )


def test_figures_and_gains_by_hand():
    before = {"a": measured("dev", [1, NOT_FOUND, NOT_FOUND, 0]), "b": measured("mixdev", [0, 0, 0, 0])}
    after = {"a": measured("dev", [0, 2, NOT_FOUND, 0]), "b": measured("mixdev", [0, 1, 0, 0])}
    found = figures(after, "f+p")["dev"]
    assert found == pytest.approx(
        {
            **{"n": 2, "unit@1": 0.5, "unit@3": 1, "unit@10": 1, "mrr": 2 / 3},
            **{"auroc": 1, "dense@1": 0.5, "dense@10": 1, "fused@10": 1},
        }
    )
    gained = gains(before, after, "f+p")
    assert gained["dev"]["unit@1"] == Interval(0.0, 0.5, 1.0)
    assert gained["mixdev"]["unit@1"] == Interval(-1.0, -0.5, 0.0)
    assert gained["dev"]["auroc"] == Interval(0.0, 0.0, 0.0)
    reached = (0.5 + 1 + 2 / 3 + 1 + 1 + 1) / 6
    assert selection_value(after, before) == pytest.approx(reached - 2 * 0.5)


def test_batches_hold_what_fits():
    lengths = np.array([2, 3, 3, 8, 9, 40])
    spans = batches(lengths, 18)
    assert spans == [(0, 3), (3, 5), (5, 6)]
    assert batches(lengths, 1000, most=4) == [(0, 4), (4, 6)]


def test_bm25_prefers_rare_words_and_short_passages():
    passages = BM25(
        [["tea", "pot", "lid"], ["tea", "tea", "cup", "cup", "cup", "cup"], ["pot"], ["jug"], ["mug"]]
    )
    assert passages.best(["pot"]) == [2, 0]
    assert passages.best(["nothing"]) == []
    assert BM25([["a"]]).best(["a"]) == [0]  # a word of every passage still counts


def test_gold_of_communities_ignores_markup(tmp_path):
    source = "## Port\n\nSet the **port** to `8080` in [settings](a.md), then restart the service now."
    (tmp_path / "a.md").write_text(source, encoding="utf-8")
    gold = CommunityGold(tmp_path)
    evidence = source.partition("\n\n")[2]
    assert gold.unit("Set the port to 8080 in settings, then restart the service now.", evidence, "a.md")
    assert gold.unit("Set the port to 8080 in settings,", evidence, "a.md")
    assert not gold.unit("Set the port.", evidence, "a.md")
    assert not gold.unit("Never restart the service now.", evidence, "a.md")
    assert gold.articles(["x/a.md", "b.md", "xa.md"], "a") == ["x/a.md"]
