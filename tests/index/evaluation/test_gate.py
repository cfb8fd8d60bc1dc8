from index.evaluation import gate
from tests.index.evaluation.made import row


def reasons(*rows):
    return [(failure.row.id, failure.reason) for failure in gate(rows)]


def test_what_comes_out_as_wanted_passes():
    assert not gate(
        [
            row("cited first"),
            row("cited second", gold=[False, True]),
            row("declined rightly", answerable=False, answered=False, gold=[False]),
            row("answered, nobody knows what is gold", gold=[False], evidence=()),
            row("not judged", answerable=None, gold=[False]),
        ]
    )


def test_what_does_not_says_why():
    assert reasons(
        row("a", gold=[False, False], text="It rained."),
        row("b", answered=False),
        row("c", answerable=False, gold=[False], text="It rained."),
        row("d", gold=[]),
    ) == [
        ("a", "answered with “It rained.”, which is not what was expected"),
        ("b", "declined, though an article answers it"),
        ("c", "answered with “It rained.”, though nothing answers it"),
        ("d", "answered with “”, which is not what was expected"),
    ]


def test_what_failed_before_is_not_counted_again():
    old, new = row("old", gold=[False]), row("new", gold=[False])
    assert [failure.row for failure in gate([old, new], before=[old, row("new")])] == [new]
    # The line of that number holds another question now.
    moved = row("old", gold=[False], question="Who built it?")
    assert gate([moved], before=[old])
