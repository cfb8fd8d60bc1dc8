import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UnreadableFile, UsageError
from index.evaluation import (
    BadLine,
    Evidence,
    Question,
    holds_gold,
    is_gold,
    load_questions,
    normalise,
    parse_turns,
    read_lines,
)
from index.types import Turn
from tests.index.evaluation.made import DAM, citation, passage


def parsed(*rows):
    lines = [json.dumps(row).encode() for row in rows]
    return list(read_lines(lines, "questions.jsonl"))


def test_reads_a_public_question():
    evidence = [{"article_id": "Warsaw", "text": "They won in 2000."}]
    row = {
        "id": "5733",
        "question": "Who won?",
        "answerable": True,
        "answers": ["They"],
        "evidence": evidence,
    }
    assert parsed(row) == [
        Question("5733", "Who won?", True, ("They",), (Evidence("Warsaw", "They won in 2000."),))
    ]


def test_an_operator_may_leave_out_all_but_the_question():
    rows = [{"question": "When do ballots close?"}, {"question": "Who counts them?", "id": None}]
    assert parsed(*rows) == [Question("1", "When do ballots close?"), Question("2", "Who counts them?")]


def test_evidence_makes_a_question_answerable():
    rows = [{"question": "When?", "evidence": [one]} for one in ({"article_id": "rules/voting"}, "On 3 May.")]
    first, second = parsed(*rows)
    assert first.answerable is True
    assert first.evidence == (Evidence("rules/voting"),)
    assert second.evidence == (Evidence(text="On 3 May."),)
    (unjudged,) = parsed({"question": "When?", "answerable": None, "evidence": []})
    assert unjudged.answerable is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "a question must be an object, not []"),
        ("{}", '"question" is missing'),
        ('{"question": 7}', '"question" must be text'),
        ('{"question": "  "}', '"question" is empty'),
        ('{"question": "When?", "answerable": "yes"}', '"answerable" must be true, false or null'),
        ('{"question": "When?", "answerable": 1}', '"answerable" must be true, false or null'),
        ('{"question": "When?", "answers": "May"}', '"answers" must be a list'),
        ('{"question": "When?", "evidence": [3]}', "a piece of evidence must be an object, not 3"),
        ('{"question": "When?", "evidence": [{}]}', 'a piece of evidence needs an "article_id" or a "text"'),
        ('{"question": "When?", "evidence": [{"article_id": "a", "text": "…"}]}', "with words in it"),
        ('{"question": "When?", "turns": ["hello"]}', 'a turn must be an object, not "hello"'),
        ('{"question": "When?", "turns": [{"text": "hello"}]}', '"speaker" is missing'),
    ],
)
def test_a_bad_line_is_named_by_number(line, reason):
    lines = [b'{"question": "Where?"}', b"", line.encode()]
    first, second = read_lines(lines, "questions.jsonl")
    assert first == Question("1", "Where?")
    assert isinstance(second, BadLine)
    assert second.error.startswith("questions.jsonl, line 3: ")
    assert reason in second.error


def test_an_id_twice_is_named():
    _, second = parsed({"id": "a", "question": "Who?"}, {"id": "a", "question": "When?"})
    assert second == BadLine("a", 'questions.jsonl, line 2: the id "a" is taken by line 1.')


def test_turns_of_speakers_are_paired_and_the_question_itself_left_out():
    turns = [
        {"speaker": "user", "text": "How do I pay cash for a car?"},
        {"speaker": "agent", "text": "With a cashier's check."},
        {"speaker": "user", "text": "Or installments?"},
    ]
    paid = Turn("How do I pay cash for a car?", "With a cashier's check.")
    assert parse_turns(turns, "Or installments?") == (paid,)
    assert parse_turns(turns, "Which is cheaper?") == (paid, Turn("Or installments?"))
    (question,) = parsed({"question": "Or installments? ", "turns": turns})
    assert question.turns == (paid,)


def test_turns_of_other_shapes():
    assert parse_turns([{"question": "Who?", "answer": "Ada."}, {"question": "When?"}]) == (
        Turn("Who?", "Ada."),
        Turn("When?"),
    )
    chat = [
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "Who?"},
        {"role": "assistant", "content": "Ada."},
        {"role": "assistant", "content": "Ada Lovelace."},
    ]
    assert parse_turns(chat) == (Turn("", "Hello."), Turn("Who?", "Ada.\nAda Lovelace."))
    assert parse_turns([{"question": "Who?", "answer": "Ada."}], "Who?") == (Turn("Who?", "Ada."),)


def test_loads_a_file_with_byte_order_mark_and_blank_lines(tmp_path):
    path = tmp_path / "questions.jsonl"
    path.write_bytes('\ufeff{"question": "Où?\u2028"}\r\n\r\n'.encode())
    assert load_questions(path) == [Question("1", "Où?\u2028")]


def test_a_file_that_cannot_be_used_says_why(tmp_path):
    path = tmp_path / "questions.jsonl"
    with pytest.raises(UsageError, match="No such file"):
        load_questions(path)
    path.write_bytes(b'{"question": "O\xf9?"}')
    with pytest.raises(UnreadableFile, match=r"not UTF-8 \(byte 15\)"):
        load_questions(path)
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="holds no question"):
        load_questions(path)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("The  DAM -- at\nLast.", "the dam at last"),
        ("“Mali’s” president", "mali s president"),
        ("US$3 per barrel", "us 3 per barrel"),
        ("Zürich, ÉTÉ", "zürich été"),
        ("snake_case stays", "snake_case stays"),
        ("…", ""),
    ],
)
def test_normalises_case_and_punctuation(text, same):
    assert normalise(text) == same


@given(st.text())
def test_normalising_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)


def test_gold_contains_the_evidence_or_is_contained_in_it():
    assert is_gold(citation("the dam was finished in may 1936"), [DAM])
    assert is_gold(citation("After years, the dam was finished in May 1936, at last."), [DAM])
    assert is_gold(citation("finished in May"), [DAM])
    assert not is_gold(citation("The dam was begun in May 1931."), [DAM])


def test_gold_comes_from_the_article_of_the_evidence():
    assert not is_gold(citation(DAM.text, "news/bridge"), [DAM])
    assert is_gold(citation(DAM.text, "news/bridge"), [DAM, Evidence("news/bridge", DAM.text)])


def test_a_row_of_a_dump_is_known_by_its_own_id():
    assert is_gold(citation(DAM.text, "dumps/articles/qed-0001"), [Evidence("qed-0001", DAM.text)])
    assert not is_gold(citation(DAM.text, "dumps/articles/xqed-0001"), [Evidence("qed-0001", DAM.text)])


def test_evidence_may_name_just_an_article_or_just_a_sentence():
    assert is_gold(citation("It rained."), [Evidence("news/dam")])
    assert not is_gold(citation("It rained.", "news/bridge"), [Evidence("news/dam")])
    assert is_gold(citation(DAM.text, "anywhere"), [Evidence(text=DAM.text)])


def test_no_words_or_no_evidence_is_not_gold():
    assert not is_gold(citation("…"), [DAM])
    assert not is_gold(citation(DAM.text), [])
    assert not holds_gold(passage(DAM.text), [])


def test_a_passage_is_gold_if_it_holds_the_evidence():
    text = "It took five years. The dam was finished in May 1936. Power followed in October."
    assert holds_gold(passage(text), [DAM])
    assert holds_gold(passage(text), [Evidence("news/dam")])
    assert not holds_gold(passage(text, "news/bridge"), [DAM])


def test_a_passage_is_gold_if_one_of_its_sentences_is():
    long = Evidence(
        "news/dam", "Work began in 1931. The dam was finished in May 1936. Power followed in October."
    )
    overlapping = "The dam was finished in May 1936. Power followed in October. Fishing is allowed all year."
    assert holds_gold(passage(overlapping), [long])
    assert not holds_gold(passage("Fishing is allowed all year. Boats are not."), [long])
