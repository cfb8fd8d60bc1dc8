import json

import pytest

from index.errors import UnreadableFile, UsageError
from index.evaluation import Evidence, Question, load_questions, parse_questions, parse_turns
from index.types import Turn


def parsed(*rows):
    return list(parse_questions([json.dumps(row) for row in rows], "questions.jsonl"))


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
    with pytest.raises(UnreadableFile) as caught:
        list(parse_questions(['{"question": "Where?"}', "", line], "questions.jsonl"))
    assert str(caught.value).startswith("questions.jsonl, line 3: ")
    assert reason in str(caught.value)


def test_an_id_twice_is_named():
    with pytest.raises(UnreadableFile, match='line 2: the id "a" is taken by line 1'):
        parsed({"id": "a", "question": "Who?"}, {"id": "a", "question": "When?"})


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
