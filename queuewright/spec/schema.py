"""JSON Schema of the spec, for editors and other programs."""

from __future__ import annotations

from typing import Any

from annotated_types import Ge, Gt, Le

from queuewright import catalog
from queuewright.catalog import Setting
from queuewright.spec import names, quantities, vocabulary
from queuewright.spec.model import Answers

Schema = dict[str, Any]


def json_schema() -> Schema:
    """Draft 2020-12. What it cannot say (contradictions, reserved names) `qw check` says."""
    name: Schema = {"type": "string", "pattern": f"^{names.PATTERN.pattern}$", "description": names.RULE}
    known = catalog.load().settings
    workload = _object(
        {
            "name": name,
            "answers": {
                "$ref": "#/$defs/answers",
                "description": "What this work is like; over the project's answers.",
            },
            "settings": _settings([setting for setting in known.values() if setting.scope == "workload"]),
        },
        required=["name"],
    )
    stack = _object(
        {
            "broker": {"enum": list(vocabulary.brokers())},
            "worker": {"enum": list(vocabulary.workers())},
            "variant": {
                "type": "string",
                "description": "How the two are run together; `qw list` shows the variants.",
            },
        },
        required=["broker", "worker"],
    )
    spec = _object(
        {
            "version": {"const": 1},
            "name": name,
            "answers": {"$ref": "#/$defs/answers", "description": "What holds for the whole project."},
            "stack": {**stack, "description": "The stack that was settled on; final for render and check."},
            "workloads": {
                "type": "array",
                "minItems": 1,
                "items": workload,
                "description": "Each its own queues and workers.",
            },
            "settings": _settings(list(known.values())),
            "accept": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Ids of harms that are known and accepted.",
            },
        },
        required=["version", "name", "workloads"],
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "queuewright.yaml",
        **spec,
        "$defs": {"answers": _answers()},
    }


def _object(properties: Schema, required: list[str] | None = None) -> Schema:
    schema: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**schema, "required": required} if required else schema


def _answers() -> Schema:
    properties: Schema = {}
    both: list[Schema] = []
    for key in Answers.model_fields:
        description = _described(key)
        properties[key] = {**_answer(key), **description}
        if key in quantities.BARE:
            bare = quantities.BARE[key]
            properties[bare] = {**_quantity(quantities.QUANTITY_OF[key], number=False), **description}
            both.append({"not": {"required": [key, bare]}})
    return {**_object(properties), "allOf": both}


def _described(key: str) -> Schema:
    known = catalog.load().answers.get(key)
    if known is None:
        return {}
    text = f"{known.question} {known.help}".strip()
    return {"description": text, **({"default": known.default} if known.default is not None else {})}


def _answer(key: str) -> Schema:
    choices = vocabulary.choices(key)
    if choices:
        return {"enum": list(choices)}
    kind = vocabulary.value_type(key)
    if kind is bool:
        return {"type": "boolean"}
    if kind in (int, float):
        return {"type": "integer" if kind is int else "number", **_bounds(key)}
    item: Schema = {"type": "string"}
    if key == "constraints":
        item = {"enum": list(vocabulary.constraints())}
    return {"anyOf": [item, {"type": "array", "items": item}]}


def _bounds(key: str) -> Schema:
    bounds: Schema = {}
    for rule in Answers.model_fields[key].metadata:
        if isinstance(rule, Ge):
            bounds["minimum"] = rule.ge
        elif isinstance(rule, Gt):
            bounds["exclusiveMinimum"] = rule.gt
        elif isinstance(rule, Le):
            bounds["maximum"] = rule.le
    return bounds


def _quantity(quantity: quantities.Quantity, *, number: bool) -> Schema:
    """As text with a unit; 0 needs none. With `number`, also as a number of the setting's unit."""
    written: Schema = {"type": "string", "pattern": quantity.pattern}
    other: Schema = {"type": "number"} if number else {"const": 0}
    return {"anyOf": [written, other], "examples": [quantity.example.split(" ")[0].rstrip(",")]}


def _settings(settings: list[Setting]) -> Schema:
    return _object(
        {setting.id: {**_setting(setting), "description": setting.summary} for setting in settings}
    )


def _setting(setting: Setting) -> Schema:
    default: Schema = {"default": setting.default} if setting.default is not None else {}
    if setting.type == "duration":
        return {**_quantity(quantities.duration, number=True), **default}
    if setting.type == "size":
        return {**_quantity(quantities.memory, number=True), **default}
    if setting.type == "choice":
        return {"enum": list(setting.choices), **default}
    if setting.type == "bool":
        return {"type": "boolean", **default}
    if setting.type == "str":
        return {
            "type": "string",
            **({"pattern": f"^(?:{setting.pattern})$"} if setting.pattern else {}),
            **default,
        }
    bounds = {"minimum": setting.minimum, "maximum": setting.maximum}
    kind = "integer" if setting.type == "int" else "number"
    return {"type": kind, **{key: value for key, value in bounds.items() if value is not None}, **default}
