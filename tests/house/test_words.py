"""The words of packs: three languages each, the same placeholders, and all that the code asks for."""

import ast
from collections import Counter
from pathlib import Path
from string import Formatter

import pytest
import yaml

from renderers.language import LANGUAGES

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "renderers" / "language" / "words").glob("*.yaml"))
WORDS = {name: texts for path in FILES for name, texts in yaml.safe_load(path.read_text("utf-8")).items()}


def keys_of(path: Path) -> list[object]:
    """Return the names as they stand, the same name twice if it does."""
    node = yaml.compose(path.read_text("utf-8"))
    assert isinstance(node, yaml.MappingNode)
    return [key.value for key, _ in node.value]


def words_asked_for() -> dict[str, set[str]]:
    """Return the words that code asks for by name, with the modules that do."""
    found: dict[str, set[str]] = {}
    for path in (path for package in ("renderers", "distributor") for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "word"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found.setdefault(str(node.args[0].value), set()).add(path.name)
    return found


@pytest.mark.parametrize("name", sorted(map(str, WORDS)))
def test_word_has_all_languages_and_the_same_placeholders(name: str) -> None:
    """Each word is a text in nb, da and en, and each takes the same values."""
    texts = WORDS[name]

    assert set(LANGUAGES) == set(texts)
    assert all(isinstance(text, str) and text.strip() for text in texts.values())
    placeholders = {
        language: sorted(field for _, field, _, _ in Formatter().parse(text) if field is not None)
        for language, text in texts.items()
    }
    assert 1 == len(set(map(tuple, placeholders.values()))), placeholders


def test_no_word_stands_twice() -> None:
    """A name means one thing, within a file and across files."""
    names = Counter(key for path in FILES for key in keys_of(path))

    assert [] == [name for name, times in names.items() if times > 1]


def test_every_word_asked_for_is_there() -> None:
    """What the code asks for by name is in the files."""
    assert {} == {name: modules for name, modules in words_asked_for().items() if name not in WORDS}
