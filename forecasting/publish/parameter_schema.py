"""What each template takes, read from its declared parameters: a JSON Schema for forms, rows for people."""

from typing import Any, NamedTuple

from forecasting.publish.parameters import TEMPLATES, template_named


class ParameterRow(NamedTuple):
    """A parameter: its kind (date, folder, whole number, ...), its default as text ("needed" without one)."""

    name: str
    kind: str
    default: str
    description: str


def schema_of(template: str) -> dict[str, Any]:
    """JSON Schema of a template's parameters; `UsageError` for an unknown template."""
    return TEMPLATES[template_named(template)].model_json_schema()


def parameters_of(template: str) -> list[ParameterRow]:
    """The parameters of a template, needed ones first; `UsageError` for an unknown template."""
    schema = schema_of(template)
    needed = set(schema.get("required", ()))
    rows = [
        ParameterRow(name, _kind(one), "needed" if name in needed else _text(one.get("default")), one["description"])
        for name, one in schema["properties"].items()
    ]
    return sorted(rows, key=lambda row: row.name not in needed)


def _kind(one: dict[str, Any]) -> str:
    """In words, what a JSON Schema wants; a default of null says that it may be left out."""
    if "anyOf" in one:
        return next(_kind(choice) for choice in one["anyOf"] if choice.get("type") != "null")
    if "enum" in one:
        return " or ".join(one["enum"])
    if one["type"] == "array":
        return f"{_kind(one['items'])}s"
    return {"date": "date", "path": "folder"}.get(
        one.get("format", ""), {"integer": "whole number"}.get(one["type"], "text")
    )


def _text(default: object) -> str:
    if default is None:
        return ""
    return ",".join(map(str, default)) if isinstance(default, list) else str(default)
