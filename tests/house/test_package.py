"""What is shipped: the wheel, the lock file, and no trace of the machines it was made on."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("distributor", "renderers", "channels", "recipients")
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

# Spelt in parts, so that this file does not find itself.
HOSTS = "|".join(["py" + "pi", "python" + "hosted", "npm" + "js", "art" + "ifactory", "nexus" + r"\.", "dev" + "pi"])
INDEX = re.compile(rf"https?://[^\s\"']*(?:{HOSTS})|/{'sim' + 'ple'}/?[\"'\s]", re.IGNORECASE)
HOME = re.compile(r"(?<![\w.])/(?:ho" + r"me|ro" + r"ot|Us" + r"ers|wo" + r"rk)/[\w.]+")


def shipped_files() -> list[Path]:
    """Return all files of the repository, or of the folder where there is no git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = [name for name in listed.stdout.split("\0") if name]
    return [path for path in (ROOT / name for name in names) if path.is_file()]


def normal(name: str) -> str:
    """Return a distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in the built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [path] = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def test_wheel_holds_every_file_of_the_packages(wheel: set[str]) -> None:
    """Modules, templates, words, markers for type checkers and the starter: all that git knows below the packages."""
    wanted = {name for path in shipped_files() if (name := path.relative_to(ROOT).as_posix()).split("/")[0] in PACKAGES}

    assert set() == wanted - wheel
    assert {f"{package}/py.typed" for package in PACKAGES} <= wheel
    for ending in (".html", ".css", ".j2", ".yaml", "config.toml"):
        assert any(name.endswith(ending) for name in wheel), ending


def test_wheel_holds_nothing_else(wheel: set[str]) -> None:
    """No tests, benchmarks or caches, and only the four packages."""
    tops = {name.split("/")[0] for name in wheel}

    assert {*PACKAGES, f"distributor-{PROJECT['project']['version']}.dist-info"} == tops
    assert [] == [
        name for name in wheel if re.search(r"(^|/)(tests?|__pycache__|conftest\.py|test_\w+\.py)(/|$)", name)
    ]


def test_lock_covers_the_project() -> None:
    """Each dependency, of the extras and of development too, is locked to a version with hashes."""
    locked = {normal(name) for name in re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==", LOCK, re.MULTILINE)}
    groups = [
        PROJECT["project"]["dependencies"],
        *PROJECT["project"].get("optional-dependencies", {}).values(),
        *PROJECT.get("dependency-groups", {}).values(),
    ]
    wanted = {normal(re.split(r"[\s\[<>=!~;]", one, maxsplit=1)[0]) for group in groups for one in group}

    assert set() == wanted - locked
    entries = re.findall(r"^[\w.-]+(?:\[[^]]*\])?==(?:.*\\\n)*.*", LOCK, re.MULTILINE)
    assert [] == [entry.split("\n")[0] for entry in entries if "--hash=sha256:" not in entry]


@pytest.mark.parametrize("forbidden", ["://", "--index", "--find-links", "--trusted-host", " @ "])
def test_lock_names_no_address(forbidden: str) -> None:
    """The lock says what, not from where."""
    assert forbidden not in LOCK


def test_no_file_names_a_package_index_or_a_home() -> None:
    """Nothing in the repository says where packages come from, or on whose machine it was written."""
    found = []
    for path in shipped_files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {hit[0]}" for hit in (*INDEX.finditer(text), *HOME.finditer(text))]

    assert [] == found


def test_no_lock_file_with_addresses_is_kept() -> None:
    """uv.lock and its like hold download addresses."""
    kept = {path.name for path in shipped_files()}

    assert set() == kept & {"uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "package-lock.json", "pip.conf"}
