"""Parameters of the templates as a JSON Schema for forms and as rows for display."""

from typing import Any, NamedTuple

from forecasting.publish.parameters import TEMPLATES, template_named


class ParameterRow(NamedTuple):
    """A parameter: its name, kind (date, folder, whole number, ...), default as text ("needed": none), description."""

    name: str
    kind: str
    default: str
    description: str


def schema_of(template: str) -> dict[str, Any]:
    """The JSON Schema of a template's parameters; `UsageError` for an unknown template.

    Examples
    --------
    >>> list(schema_of("data-quality")["properties"])
    ['as_of', 'data', 'overlay', 'record_age', 'lost_acts']
    """
    return TEMPLATES[template_named(template)].model_json_schema()


def parameters_of(template: str) -> list[ParameterRow]:
    """The parameters of a template, those without a default first; `UsageError` for an unknown template.

    Examples
    --------
    >>> parameters_of("case")[0]
    ParameterRow(name='case_id', kind='text', default='needed', description='case of the record')
    """
    schema = schema_of(template)
    needed = set(schema.get("required", ()))
    rows = [
        ParameterRow(name, _kind(one), "needed" if name in needed else _text(one.get("default")), one["description"])
        for name, one in schema["properties"].items()
    ]
    return sorted(rows, key=lambda row: row.name not in needed)


def _kind(one: dict[str, Any]) -> str:
    """The kind of value that a JSON Schema describes, in words; null is left out, as it only means no value."""
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
