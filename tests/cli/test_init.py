"""`distributor init`: a starter project that checks and runs as it stands."""

import csv
import json
import shlex
import subprocess
import sys
import tomllib
import zipfile
from datetime import date, datetime, timedelta
from email import policy
from email.parser import BytesParser
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from distributor.catalogue.loader import load_catalogue
from distributor.catalogue.schema import outdated
from distributor.cli import make_app
from distributor.errors import UsageError
from distributor.settings import load_settings
from distributor.starter.figures import members_csv, targets_csv
from distributor.starter.project import starter_files, write_project

ROOT = Path(__file__).parents[2]


def invoke(*arguments: str) -> Result:
    """Run a verb; an error of ours comes up as it would at the outermost frame."""
    return CliRunner().invoke(make_app(), list(arguments), catch_exceptions=False)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter project with readers in three languages."""
    folder = tmp_path_factory.mktemp("init") / "my reports"
    result = invoke("init", str(folder), "--language", "nb", "--language", "da", "--language", "en")
    assert 0 == result.exit_code
    return folder


def test_starter_checks_without_a_fault(project: Path) -> None:
    """`distributor check` finds nothing wrong in what init wrote."""
    result = invoke("check", str(project / "report_specs"))

    assert ("ok: 1 report, 2 datasets, 8 metrics, 3 audiences\n", 0) == (result.output, result.exit_code)


def test_starter_runs_for_last_month_in_each_language(project: Path, tmp_path: Path) -> None:
    """Run without --period makes and sends a pack for every recipient, in the recipient's language."""
    result = invoke("run", "branch_letter", "--config", str(project / "config.toml"), "--out", str(tmp_path), "--json")

    summary = json.loads(result.stdout)
    assert (0, 8, {"sent": 8}, [], []) == (
        result.exit_code, summary["packs"], summary["deliveries"], summary["failed"], summary["remarks"]
    )  # fmt: skip
    last_month = datetime.now(ZoneInfo("Europe/Oslo")).date().replace(day=1) - timedelta(days=1)
    assert f"{last_month:%Y-%m}" == summary["period"]
    mails = [BytesParser(policy=policy.default).parsebytes(path.read_bytes()) for path in tmp_path.rglob("*.eml")
             if not path.name.startswith("owner-")]  # fmt: skip
    assert 8 == len(mails)
    subjects = {subject.split(" ")[0] for subject in (mail["Subject"] for mail in mails)}
    assert {"Medlemstall", "Medlemstal", "Membership"} == subjects


@pytest.mark.parametrize("position", [1, 4])
def test_commands_that_init_suggests_work(position: int, project: Path, tmp_path: Path) -> None:
    """Plan and explain do what init and the README say, word for word."""
    suggested = json.loads(invoke("init", str(tmp_path / "new"), "--json").stdout)["next"]
    program, *arguments = shlex.split(suggested[position])

    result = invoke(*arguments, "--config", str(project / "config.toml"))

    assert ("distributor", 0) == (program, result.exit_code)
    assert "Fjordby" in result.output


def test_preview_that_init_suggests_shows_figures(project: Path, tmp_path: Path) -> None:
    """The first pack that people see has tiles, charts and a table with figures in them, in Norwegian."""
    config = str(project / "config.toml")
    arguments = ("--branch", "Fjordby", "--config", config, "--out", str(tmp_path))

    result = invoke("preview", "branch_letter", *arguments)

    assert 0 == result.exit_code
    text = (tmp_path / "pack.txt").read_text(encoding="utf-8")
    assert all(heading in text for heading in ("Kort fortalt", "Innmeldte hittil i år", "Medlemmer etter alder"))
    assert "skjult" not in text


def test_one_language_is_enough(tmp_path: Path) -> None:
    """Without --language all readers read Norwegian; the texts of the others stay for later."""
    invoke("init", str(tmp_path))

    catalogue = load_catalogue(tmp_path / "report_specs" / "starter")
    with (tmp_path / "directory" / "recipients.csv").open(encoding="utf-8") as lines:
        spoken = {row["language"] for row in csv.DictReader(lines)}
    assert (("nb",), {"nb"}) == (catalogue.organisation.languages, spoken)
    assert "Members" == catalogue.metrics["members"].label.en


@pytest.mark.parametrize("languages", [("da",), ("en", "nb")])
def test_chosen_languages_reach_catalogue_and_people(languages: tuple[str, ...], tmp_path: Path) -> None:
    """--language sets the languages of the catalogue, in their order."""
    invoke("init", str(tmp_path), *(word for name in languages for word in ("--language", name)))

    assert languages == load_catalogue(tmp_path / "report_specs" / "starter").organisation.languages


def test_unknown_language_is_refused(tmp_path: Path) -> None:
    """A language without words is a mistake on the command line, and nothing is written."""
    with pytest.raises(UsageError, match=r'--language: "sv" is not supported. Known: nb, da, en\.'):
        invoke("init", str(tmp_path / "new"), "--language", "sv")

    assert [] == list(tmp_path.iterdir())


def test_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    """Init never writes beside or over what is there: exit code 2, the names of what is there, and nothing changed."""
    (tmp_path / "config.toml").write_text("mine")

    with pytest.raises(UsageError, match=r"is not empty: it holds config\.toml\. Nothing was written") as caught:
        invoke("init", str(tmp_path))

    assert 2 == caught.value.exit_code
    assert {"config.toml": "mine"} == {path.name: path.read_text() for path in tmp_path.iterdir()}


def test_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A file's name is refused in words."""
    (tmp_path / "notes").write_text("mine")

    with pytest.raises(UsageError, match="is a file"):
        invoke("init", str(tmp_path / "notes"))


def test_hidden_files_may_be_there_and_stay(tmp_path: Path) -> None:
    """A folder under git is empty enough; its own .gitignore is not replaced."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("mine")

    result = invoke("init", str(tmp_path), "--json")

    assert ".gitignore" not in json.loads(result.stdout)["files"]
    assert ("mine", True) == ((tmp_path / ".gitignore").read_text(), (tmp_path / "config.toml").is_file())
    assert {".git", ".gitignore"} == {path.name for path in tmp_path.iterdir() if path.name.startswith(".")}


def test_failure_while_writing_leaves_nothing(tmp_path: Path) -> None:
    """Where a file cannot be written, the folders made for it are gone again."""
    with pytest.raises(UsageError, match="cannot be written: File name too long"):
        write_project(tmp_path / "some" / "where", {"README.md": "text", "x" * 300: ""})

    assert [] == list(tmp_path.iterdir())


def test_failure_while_moving_takes_back_what_was_moved(tmp_path: Path) -> None:
    """A name that is taken stops the whole, and what was in place already is taken out again."""
    (tmp_path / ".git").mkdir()

    with pytest.raises(UsageError, match=r"there is a \.git already"):
        write_project(tmp_path, {"-before/file": "", "-before.md": "", ".git/config": ""})

    assert [".git"] == [path.name for path in tmp_path.iterdir()]


def test_every_key_of_the_settings_is_known(project: Path) -> None:
    """config.toml is valid, also with the commented-out database taken into use."""
    text = (project / "config.toml").read_text(encoding="utf-8")
    block = text[text.index("# [sources.members_db]") : text.index("# --- Output")]
    used = text.replace(block, "\n".join(line.removeprefix("# ") for line in block.splitlines()) + "\n")
    (project / "with_database.toml").write_text(used, encoding="utf-8")

    settings = load_settings(project / "with_database.toml")

    assert {"files", "members_db"} == set(settings.sources)
    assert {"catalogue", "directory", "sources", "store", "outbox", "mail"} == set(tomllib.loads(text))


def test_editors_find_the_schemas(project: Path) -> None:
    """Each spec's first line leads to a schema in the project, and the schemas are the code's."""
    specs = sorted((project / "report_specs").rglob("*.yaml"))
    named = [path.read_text(encoding="utf-8").splitlines()[0].partition("$schema=")[2] for path in specs]

    assert 5 == len(specs)
    assert all((spec.parent / name).is_file() for spec, name in zip(specs, named, strict=True))
    assert [] == outdated(project / "schema")


def test_readme_names_every_file(project: Path) -> None:
    """The README explains each file that init wrote, the schemas together."""
    readme = (project / "README.md").read_text(encoding="utf-8")
    texts = starter_files(("nb",), date(2026, 5, 15))

    unexplained = [name for name in texts if f"`{name}`" not in readme and not name.startswith(("schema/", "README"))]
    assert [".gitignore"] == unexplained


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2028, 2, 29), date(2028, 3, 1), date(2027, 12, 31)])
def test_last_month_has_data_on_any_day(today: date) -> None:
    """Whenever init is run, last month has joiners and a target, and nothing lies in the future."""
    last_month = f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
    members = list(csv.DictReader(members_csv(today).splitlines()))
    targets = list(csv.DictReader(targets_csv(today).splitlines()))

    assert any(row["joined_on"].startswith(last_month) for row in members)
    assert 4 == sum(row["month"].startswith(last_month) for row in targets)
    assert str(today) >= max(row[key] for row in members for key in ("joined_on", "left_on"))
    assert {str(today)} == {row["loaded_on"] for row in members}
    assert len(members) == len({row["member_id"] for row in members})
    assert members_csv(today) == members_csv(today)


def test_wheel_holds_the_starter(tmp_path: Path) -> None:
    """What init reads is in the built wheel, so that it works without a checkout."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())

    shipped = Path(str(files("distributor.starter"))) / "project"
    wanted = {f"distributor/starter/project/{p.relative_to(shipped).as_posix()}" for p in shipped.rglob("*.*")}
    assert set() == wanted - held
    assert "distributor/starter/project/gitignore" in held
