import pytest

from index.store._embedding_cache import same_model


@pytest.mark.parametrize(
    ("made_with", "model", "same"),
    [
        ("all-MiniLM-L6-v2@53aa51172d142c89 float32", "all-MiniLM-L6-v2@53aa51172d142c89 float32", True),
        ("all-MiniLM-L6-v2@53aa51172d142c89 float32", "all-MiniLM-L6-v2@53aa51172d142c89 bfloat16", False),
        ("all-MiniLM-L6-v2@53aa51172d142c89", "all-MiniLM-L6-v2@53aa51172d142c89 bfloat16", True),  # of 0.1
        ("saltmere/ferry-model", "saltmere/ferry-model@a1b2c3d4a1b2c3d4 float32", True),  # of 0.1
        (
            "saltmere/ferry-model@0123abcd0123abcd float32",
            "saltmere/ferry-model@a1b2c3d4a1b2c3d4 float32",
            False,
        ),
        ("other", "saltmere/ferry-model@a1b2c3d4a1b2c3d4 float32", False),
        (None, "all-MiniLM-L6-v2@53aa51172d142c89 float32", False),
    ],
)
def test_models_are_the_same_if_weights_and_precision_are(made_with: object, model: str, same: bool) -> None:
    assert same_model(made_with, model) is same
