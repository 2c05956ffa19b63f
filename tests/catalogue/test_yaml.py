"""YAML 1.2 as people write it: what plain loaders get wrong, and what is refused."""

# ruff: noqa: E501 - printed lines are compared whole

from pathlib import Path
from typing import Any

import pytest

from distributor.catalogue.yaml_source import read_yaml


def read(text: str | bytes) -> tuple[Any, list[str]]:
    content = text.encode() if isinstance(text, str) else text
    marked, faults = read_yaml(content, Path("a.yaml").resolve())
    return (marked.data if marked else None), [str(fault).rpartition("a.yaml:")[2] for fault in faults]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("y", "y"),
        ("true", True),
        ("7:30", "7:30"),
        ("0301", 301),
        ("'0301'", "0301"),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("1e3", 1000.0),
        ("2026-05-01", "2026-05-01"),
        ("~", None),
        ("", None),
        ("=", "="),
        ("'true'", "true"),
    ],
)
def test_scalar_is_read_by_the_core_schema(text: str, value: Any) -> None:
    """A plain scalar means what YAML 1.2 says, not what YAML 1.1 said."""
    data, faults = read(f"key: {text}\n")

    assert ({"key": value}, []) == (data, faults)
    assert type(value) is type(data["key"])


def test_keys_are_texts_as_written() -> None:
    """Keys that look like numbers or truth values stay texts, with their leading zeros."""
    assert ({"on": 1, "NO": 2, "0301": 3, "true": 4, "null": 5}, []) == read(
        "on: 1\nNO: 2\n0301: 3\ntrue: 4\nnull: 5\n"
    )


def test_merge_key_is_an_ordinary_key() -> None:
    """The merge key of YAML 1.1 merges nothing."""
    assert ({"<<": {"a": 1}}, []) == read("<<: {a: 1}\n")


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            "a: &x 1\nb: *x\n",
            [
                '1:4: the anchor "&x" is not allowed. Write the value out, or use extends.',
                '2:4: the alias "*x" is not allowed. Write the value out, or use extends.',
            ],
        ),
        ("a: !!python/object:os.system x\n", ['1:4: the tag "tag:yaml.org,2002:python/object:os.system" is not allowed. Leave it out; put texts in quotes.']),
        ("a: 1\nb: 2\na: 3\n", ['3:1: key "a" is given twice, first on line 1. Keep one of them.']),
        ("a: 1\n'a': 3\n", ['2:1: key "a" is given twice, first on line 1. Keep one of them.']),
        ("a:\n\tb: 1\n", ["2:1: a tab stands where YAML needs spaces. Indent by spaces."]),
        ("a: b: c\n", ['1:5: this is not YAML: mapping values are not allowed in this context. Put a text that holds ": " in quotes.']),
        ("a: {{ b }}\n", ['1:5: a key must be a text, not a list, a mapping or an alias. Put a text that begins with "{" or "[" in quotes.']),
        ("a: @b\n", ["1:4: this is not YAML: found character that cannot start any token. Put a text that begins with this character in quotes."]),
        ("a: 1\n---\nb: 2\n", ["2:1: a second document begins here. Keep one document in a file."]),
        ("a: .inf\n", ["1:4: .inf is not a number that can be used. Write a finite number."]),
        ("a: " + "1" * 5000, ["1:4: 11111111111111111111 is not a number that can be used. Write a finite number."]),
        ("[" * 51, ["1:51: more than 50 levels are nested here. Check the brackets."]),
        ("[" * 100_000, ["1:51: more than 50 levels are nested here. Check the brackets."]),
        ("a: \x00b\n", ["1:4: the control character U+0000 is not allowed."]),
        (b"a: 1\nb: \xff\n", ["2:4: the file is not UTF-8 text. Save it as UTF-8."]),
    ],
)  # fmt: skip
def test_refused_yaml_names_its_place(text: str | bytes, faults: list[str]) -> None:
    """What is not allowed in a spec is refused with line, column and a way out."""
    assert faults == read(text)[1]


def test_large_file_is_refused_unread() -> None:
    """A file of more than a megabyte is not parsed."""
    data, faults = read(b"a: 1\n" * 300_000)

    assert data is None
    assert faults[0].endswith("the file is 1500 kB; at most 1000 kB are read. Split it.")


def test_byte_order_mark_moves_no_column() -> None:
    """A file saved with a byte order mark is read, and places count from the first letter."""
    assert ({"a": 1, "b": 2}, []) == read(b"\xef\xbb\xbfa: 1\nb: 2\n")


def test_marks_point_at_keys_and_values() -> None:
    """Every key and every value has the place where it was written, in letters, not bytes."""
    marked, _ = read_yaml("æ: {b: [1, ø]}\nc:\n  d: x\n".encode(), Path("a.yaml"))

    assert marked is not None
    assert (1, 5) == marked.mark.locate_key("æ", "b")[1:]
    assert (1, 12) == marked.mark.locate("æ", "b", 1)[1:]
    assert (3, 6) == marked.mark.locate("c", "d")[1:]
    assert (2, 1) == marked.mark.locate_key("c")[1:]
    assert (3, 6) == marked.mark.locate("c", "d", "not written")[1:]
