"""Whatever stands in the files, the loader answers with a catalogue or with faults that have places."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from distributor.catalogue.errors import CatalogueError, Fault
from distributor.catalogue.loader import load_catalogue

FILES = (
    "catalogue.yaml",
    "datasets.yaml",
    "metrics.yaml",
    "audiences.yaml",
    "calendars.yaml",
    "reports/monthly.yaml",
    "sql/workplaces.sql",
)
QUIET = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
SYMBOLS = st.text(alphabet="ab:.-[]{}'\"#&*!|>%@`,?~<= \n\t\\01:as_of(){{}}%éæ\x07", max_size=60)
FRAGMENTS = st.sampled_from(
    [
        "null", "[]", "{}", "-1", "1e999", "0301", '"{{ x"', '"{% for %}"', '"{a.b[0]!r:>9}"', "[[]]", "{a: {b: c}}",
        "'select'", "count(", '"\\0"', "cron: 1", "/etc", "'../x'", ".nan", "a / b", "5 days", "true", "*a", "&a b",
        "{sql: 1}",
    ]
)  # fmt: skip


def load(folder: Path, file: str, text: str, original: str) -> None:
    """Load with one file replaced; anything but a CatalogueError with places fails the test."""
    (folder / file).write_text(text, encoding="utf-8", errors="surrogatepass")
    faults: tuple[Fault, ...] | None = None
    try:
        load_catalogue(folder)
    except CatalogueError as error:
        faults = error.faults
    finally:
        (folder / file).write_text(original, encoding="utf-8")
    assert faults is None or faults
    assert all(str(fault.place) and fault.text.endswith((".", "?")) for fault in faults or ())


@pytest.mark.parametrize("file", FILES)
@QUIET
@given(text=SYMBOLS | st.text(max_size=40))
@example(text="a: {{{{{{{{{{")
@example(text="\ud800")
@example(text="[" * 5000)
@example(text="select " + "(" * 3000 + "1" + ")" * 3000)
@example(text="- a\n- b\n")
@example(text="just text")
def test_random_text_gives_faults_only(file: str, text: str, write: Any) -> None:
    """Random text in any file raises nothing but CatalogueError."""
    folder = write()
    load(folder, file, text, (folder / file).read_text("utf-8"))


@pytest.mark.parametrize("file", FILES)
@QUIET
@given(data=st.data())
def test_random_values_give_faults_only(file: str, data: st.DataObject, write: Any) -> None:
    """A value of a good file replaced by something unfit raises nothing but CatalogueError."""
    folder = write()
    original = (folder / file).read_text("utf-8")
    lines = original.split("\n")
    chosen = data.draw(st.integers(0, len(lines) - 1))
    head, colon, _ = lines[chosen].rpartition(": ")
    lines[chosen] = f"{head}{colon}{data.draw(FRAGMENTS | SYMBOLS)}"
    load(folder, file, "\n".join(lines), original)


@QUIET
@given(where=st.text(alphabet="abs(),.'\"=<>+-*/:;$?%[]{}|&^~ \n1_\\", max_size=40) | st.text(max_size=20))
@example(where="(" * 2000)
@example(where="not " * 3000 + "x")
@example(where="a" + " and a" * 3000)
@example(where="case when")
@example(where="x -> y -> z")
@example(where="\x85")
def test_random_sql_gives_faults_only(where: str, write: Any) -> None:
    """Random SQL in a metric raises nothing but CatalogueError."""
    folder = write()
    original = (folder / "metrics.yaml").read_text("utf-8")
    quoted = "'" + where.replace("'", "''") + "'"
    load(folder, "metrics.yaml", original.replace("leave_reason <> 'transfer'", quoted), original)


@QUIET
@given(text=st.text(alphabet="{}%()'\"|. abinrfsu\n#-1*+[]", max_size=40))
@example(text="{{ " + "(" * 2000 + "1" + ")" * 2000 + " }}")
@example(text="{{ 'x' * 10 ** 10 }}")
@example(text="{{ 9 ** 9 ** 9 }}")
@example(text="{{ 'x' | center(999999999) }}")
def test_random_templates_give_faults_only(text: str, write: Any) -> None:
    """Random Jinja in a text and random braces in a title raise nothing but CatalogueError."""
    folder = write()
    original = (folder / "reports/monthly.yaml").read_text("utf-8")
    quoted = "'" + text.replace("'", "''") + "'"
    load(folder, "reports/monthly.yaml", original.replace('"{{ summary() }}"', quoted), original)
    load(folder, "reports/monthly.yaml", original.replace('"Members, {branch}"', quoted), original)
