"""The commands check and schema, as functions of a command line."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from distributor.cli.check import check
from distributor.cli.schema import schema
from distributor.errors import UsageError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    made.command()(check)
    made.command()(schema)
    return made


def test_check_of_a_good_catalogue_counts_what_is_there(app: typer.Typer, write: Any) -> None:
    """A faultless catalogue gives one line and exit code 0."""
    result = CliRunner().invoke(app, ["check", str(write())])

    assert ("ok: 1 report, 2 datasets, 5 metrics, 2 audiences\n", 0) == (result.output, result.exit_code)


def test_check_of_a_bad_catalogue_prints_every_fault(app: typer.Typer, write: Any) -> None:
    """Faults are printed one a line, with paths from the current directory, and the exit code is 3."""
    folder = write({"catalogue.yaml": "organisation: O\nlanguages: [nb]\nlevels: {local: Lag}\ntimezone: Nowhere\n"})

    result = CliRunner().invoke(app, ["check", str(folder)])

    assert 3 == result.exit_code
    assert (
        'spec/catalogue.yaml:4:11: time zone "Nowhere" is not known. Use an IANA name such as Europe/Oslo.\n'
        "1 fault in 1 file\n"
    ) == result.output


def test_check_as_json_prints_one_object(app: typer.Typer, write: Any) -> None:
    """--json gives the same as data, with file, line and column apart."""
    good = CliRunner().invoke(app, ["check", "--json", str(write())])
    bad = CliRunner().invoke(app, ["check", "--json", str(write({"audiences.yaml": "leaders: 1\n"}))])

    assert 0 == good.exit_code
    assert {"ok": True, "faults": []} == {key: json.loads(good.output)[key] for key in ("ok", "faults")}
    assert 3 == bad.exit_code
    assert [("spec/audiences.yaml", 1, 1), ("spec/reports/monthly.yaml", 25, 16)] == [
        (fault["file"], fault["line"], fault["column"]) for fault in json.loads(bad.output)["faults"]
    ]


def test_check_without_folder_checks_all_of_report_specs(
    app: typer.Typer, write: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an argument every catalogue below report_specs is checked."""
    write()
    (tmp_path / "report_specs").mkdir()
    (tmp_path / "spec").rename(tmp_path / "report_specs" / "one")

    result = CliRunner().invoke(app, ["check"])

    assert ("ok: 1 report, 2 datasets, 5 metrics, 2 audiences\n", 0) == (result.output, result.exit_code)


def test_check_of_a_missing_folder_is_a_mistake_of_usage(app: typer.Typer, tmp_path: Path) -> None:
    """A folder that does not exist is a mistake on the command line, exit code 2."""
    result = CliRunner().invoke(app, ["check", str(tmp_path / "nowhere")])

    assert isinstance(result.exception, UsageError)


def test_schema_is_written_and_checked(app: typer.Typer, tmp_path: Path) -> None:
    """schema writes the files; schema --check says which differ from the code."""
    folder = tmp_path / "schema"

    assert 0 == CliRunner().invoke(app, ["schema", str(folder)]).exit_code
    assert 0 == CliRunner().invoke(app, ["schema", str(folder), "--check"]).exit_code
    (folder / "report.schema.json").write_text("{}")
    stale = CliRunner().invoke(app, ["schema", str(folder), "--check"])
    assert (1, True) == (stale.exit_code, "report.schema.json: differs from the code" in stale.output)


def test_check_imports_nothing_heavy() -> None:
    """The catalogue is checked without pandas, DuckDB, PyArrow, matplotlib, SQLAlchemy, numpy or Jinja."""
    code = (
        "import sys; import distributor.cli.check, distributor.catalogue.loader as l, sqlglot; "
        "heavy = {'pandas', 'duckdb', 'pyarrow', 'matplotlib', 'sqlalchemy', 'numpy', 'weasyprint', 'jinja2'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "[]\n" == done.stdout
