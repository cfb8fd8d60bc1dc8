import random

from benchmarks.typos import misspell, misspelt, typings

QUESTION = "When does the last ferry leave Gull Island?"


def test_a_misspelt_word_keeps_its_ends():
    for seed in range(50):
        word = misspell("timetable", random.Random(seed))
        assert (word[0], word[-1]) == ("t", "e")
        assert len(word) in (8, 9, 10)


def test_only_longer_words_are_misspelt_and_no_more_than_there_are():
    typed = misspelt(QUESTION, 9, random.Random(3)).split()
    pairs = zip(QUESTION.split(), typed, strict=True)
    assert [before for before, after in pairs if before != after] == ["ferry", "leave"]
    assert misspelt("Is it so?", 2, random.Random(3)) == "Is it so?"


def test_every_way_to_type_is_the_same_in_each_run():
    first, second = ({name: typed(QUESTION) for name, typed in typings().items()} for _ in range(2))
    assert first == second
    assert first["as it is"] == QUESTION
    assert first["lower case, no punctuation"] == "when does the last ferry leave gull island"
