"""The JSON Schemas: as the code says, draft 7, and of one mind with the loader."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
import yamlcore

from distributor.catalogue.loader import load_catalogue
from distributor.catalogue.schema import schema_texts, schemas

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(file.parent for file in (ROOT / "report_specs").glob("*/catalogue.yaml"))


def kind_of(file: Path) -> str:
    return "report" if file.parent.name == "reports" else file.stem


def documents(folder: Path) -> Iterator[tuple[str, Any]]:
    for file in sorted([*folder.glob("*.yaml"), *folder.glob("reports/*.yaml")]):
        yield kind_of(file), yaml.load(file.read_text("utf-8"), Loader=yamlcore.CCoreLoader)


def complaints(kind: str, document: Any) -> list[str]:
    validator = jsonschema.Draft7Validator(schemas()[kind])
    return [error.message for error in validator.iter_errors(json.loads(json.dumps(document)))]


def test_schema_files_are_those_of_the_code() -> None:
    """The files in schema/ are what `distributor schema` writes now."""
    written = {file.name: file.read_text("utf-8") for file in sorted((ROOT / "schema").glob("*.json"))}

    assert dict(sorted(schema_texts().items())) == written


@pytest.mark.parametrize("kind", list(schemas()))
def test_schema_is_draft_seven(kind: str) -> None:
    """Every schema is valid draft 7, without words of later drafts, and nothing stands beside a $ref."""
    schema = schemas()[kind]

    jsonschema.Draft7Validator.check_schema(schema)
    for node in nodes(schema):
        assert not {"prefixItems", "unevaluatedProperties", "dependentRequired", "discriminator"} & set(node)
        assert "$ref" not in node or {"$ref"} == set(node)


@pytest.mark.parametrize("kind", list(schemas()))
def test_every_key_is_described(kind: str) -> None:
    """An editor can say what each key is for."""
    silent = [
        f"{name}.{key}"
        for name, node in [("top", schemas()[kind]), *schemas()[kind].get("$defs", {}).items()]
        for key, field in node.get("properties", {}).items()
        if not field.get("description")
    ]

    assert [] == silent


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for key, value in schema.items():
            yield from nodes(list(value.values()) if key in ("properties", "$defs") else value)
    elif isinstance(schema, list):
        for entry in schema:
            yield from nodes(entry)


def test_good_catalogue_fits_the_schemas(write: Any) -> None:
    """What the loader accepts, an editor accepts: also a report that takes half its keys from another."""
    assert [] == [(kind, words) for kind, document in documents(write()) for words in complaints(kind, document)]


def test_shipped_catalogues_fit_the_schemas() -> None:
    """Each catalogue in report_specs is loaded without fault and fits the schemas."""
    assert "union" in [folder.name for folder in SHIPPED]
    for folder in SHIPPED:
        load_catalogue(folder)
        assert [] == [(kind, words) for kind, document in documents(folder) for words in complaints(kind, document)]


WHOLE = {
    "report": "whole",
    "title": "Whole",
    "owner": "a@union.example",
    "period": "previous month",
    "burst": {"levels": ["local"]},
    "sections": [{"tiles": ["members"]}],
}


@pytest.mark.parametrize(
    "change",
    [
        {"owner": None},
        {"bogus": 1},
        {"period": "last month"},
        {"sections": []},
        {"sections": [{"tile": ["members"]}]},
        {"sections": [{"table": {"metrics": ["a"], "by": "branch", "total": "no"}}]},
        {"schedule": {"at": "07:00"}},
        {"burst": {}},
        {"approval": {"when": "sometimes"}},
        {"gates": {"wait": "soon"}},
        {"gates": {"then": "hold"}},
        {"deliver": [{"audience": "a", "channel": "fax", "formats": ["html"]}]},
        {"title": {"fr": "Tout"}},
    ],
)
def test_editor_refuses_what_the_loader_refuses(change: dict[str, Any], faults: Any) -> None:
    """The schema of a report and the loader refuse the same mistakes."""
    document = {key: value for key, value in {**copy.deepcopy(WHOLE), **change}.items() if value is not None}

    assert [] == complaints("report", WHOLE)
    assert complaints("report", document)
    assert faults({"reports/whole.yaml": json.dumps(document)})


def test_abstract_false_asks_for_every_key() -> None:
    """Only abstract: true, or extends, lets keys be absent."""
    assert [] == complaints("report", {"report": "a", "abstract": True})
    assert [] == complaints("report", {"report": "a", "extends": "b", "schedule": {"at": "08:00"}})
    assert complaints("report", {"report": "a", "abstract": False})
