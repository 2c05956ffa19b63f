"""JSON Schemas of the catalogue's files, for editors.

Written for draft 7, which yaml-language-server speaks: nothing beside a ``$ref``, no tuples, a description everywhere.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from distributor.catalogue.alert_models import AlertSpec, AlertTestSpec
from distributor.catalogue.models import (
    AudienceSpec,
    CalendarSpec,
    DatasetSpec,
    MetricSpec,
    OrganisationSpec,
    ReportSpec,
)
from distributor.catalogue.rota_models import RotaSpec
from distributor.catalogue.routing_models import RoutingSpec

_DRAFT = "http://json-schema.org/draft-07/schema#"
_NAME = {"pattern": "^[a-z][a-z0-9_]*$"}
_NAMED = {
    "datasets": (DatasetSpec, "datasets.yaml: the queries, by name."),
    "metrics": (MetricSpec, "metrics.yaml: the metrics, by name."),
    "audiences": (AudienceSpec, "audiences.yaml: who receives packs, by name."),
    "calendars": (CalendarSpec, "calendars.yaml: days with a name, as those that are no business days."),
    "on_call": (RotaSpec, "on_call.yaml: rotas, by name."),
}
_LISTED = {
    "alerts": (AlertSpec, "alerts/*.yaml: alert rules."),
    "alert_tests": (AlertTestSpec, "alerts/*.test.yaml: tests of the alert rules beside them."),
}


def schemas() -> Mapping[str, dict[str, Any]]:
    """Return the schema of each kind of file: catalogue, datasets, metrics, on_call, routing, report, alerts, …"""
    made = {"catalogue": _schema(OrganisationSpec), "routing": _schema(RoutingSpec)}
    for name, (model, description) in _NAMED.items():
        inner = _schema(model)
        definitions = inner.pop("$defs")
        made[name] = {
            "description": description,
            "type": "object",
            "propertyNames": _NAME,
            "additionalProperties": inner,
            "$defs": definitions,
        }
    made["report"] = _inheritable(_schema(ReportSpec))
    for name, (model, description) in _LISTED.items():
        inner = _schema(model)
        definitions = inner.pop("$defs", {})
        made[name] = {"description": description, "type": "array", "minItems": 1, "items": inner, "$defs": definitions}
    return {name: {"$schema": _DRAFT, **schema} for name, schema in made.items()}


def schema_texts() -> Mapping[str, str]:
    """Return the schema files by file name."""
    return {
        f"{name}.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in schemas().items()
    }


def outdated(folder: Path) -> list[str]:
    """Return the schema files in *folder* that are missing or differ from the code."""
    texts = schema_texts().items()
    return [name for name, text in texts if not (folder / name).is_file() or (folder / name).read_text("utf-8") != text]


def write_schemas(folder: Path) -> list[Path]:
    """Write the schema files into *folder* and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in schema_texts().items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def _schema(model: Any) -> dict[str, Any]:
    cleaned = _cleaned(TypeAdapter(model).json_schema(mode="validation"))
    assert isinstance(cleaned, dict)
    return cleaned


def _cleaned(node: Any, *, is_properties: bool = False) -> Any:
    """Leave out pydantic's generated titles, and wrap each ``$ref`` that has neighbours."""
    if isinstance(node, list):
        return [_cleaned(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    cleaned = {
        key: _cleaned(value, is_properties=key in ("properties", "$defs"))
        for key, value in node.items()
        if is_properties or key not in ("title", "default") or (key == "default" and value is not None)
    }
    if "$ref" in cleaned and len(cleaned) > 1 and not is_properties:
        return {"allOf": [{"$ref": cleaned.pop("$ref")}], **cleaned}
    return cleaned


def _inheritable(schema: dict[str, Any]) -> dict[str, Any]:
    """Let keys be absent from a report that extends another or is itself only extended; at the second level too."""
    required = [key for key in schema["required"] if key != "report"]
    inner = {}
    for key, field in ReportSpec.model_fields.items():
        model = _model_of(field.annotation)
        if model is not None and (keys := schema["$defs"][model.__name__].pop("required", None)):
            inner[key] = {"anyOf": [{"not": {"type": "object"}}, {"required": keys}]}
    is_abstract = {"required": ["abstract"], "properties": {"abstract": {"const": True}}}
    is_partial = {"anyOf": [{"required": ["extends"]}, is_abstract]}
    whole = {"required": required, "properties": inner}
    return {**schema, "required": ["report"], "if": is_partial, "else": whole}


def _model_of(annotation: Any) -> type[BaseModel] | None:
    """Return the model of a field that holds one, or one or nothing."""
    members = getattr(annotation, "__args__", (annotation,))
    return next((member for member in members if isinstance(member, type) and issubclass(member, BaseModel)), None)
