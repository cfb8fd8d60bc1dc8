import pytest

from benchmarks.document import markdown_table, replace_section, write_section


def test_each_benchmark_replaces_its_own_section(tmp_path):
    path = tmp_path / "benchmarks.md"
    write_section(path, "quality", "hit@1 is 0.7")
    write_section(path, "speed", "90 ms")
    write_section(path, "quality", "hit@1 is 0.8\n")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Benchmarks\n\n<!-- quality: ")
    assert "0.7" not in text
    assert text.index("hit@1 is 0.8") < text.index("<!-- end of quality -->") < text.index("90 ms")
    write_section(path, "quality", "hit@1 is 0.8")
    assert path.read_text(encoding="utf-8") == text


def test_what_stands_around_is_kept():
    document = "# Benchmarks\n\nMeasured in May.\n"
    once = replace_section(document, "quality", "0.8")
    assert once.startswith(document)
    edited = once + "\nBy hand.\n"
    assert replace_section(edited, "quality", "0.9") == edited.replace("0.8", "0.9")


def test_a_section_without_end_is_left_alone():
    document = replace_section("", "quality", "0.8").replace("<!-- end of quality -->", "")
    with pytest.raises(ValueError, match="quality has no end"):
        replace_section(document, "quality", "0.9")


def test_tables_can_be_read_as_they_are():
    assert markdown_table(["system", "hit@1"], [["words | alone", "0.7"]]) == (
        "| system         | hit@1 |\n| -------------- | ----: |\n| words \\| alone |   0.7 |"
    )
