"""Deletes a stack's resources as CloudFormation does: what refers to others before what it refers to. moto goes in any order
and gives up where, say, a rule's bus went first."""

from collections.abc import Iterator
from typing import Any

from moto.cloudformation.parsing import ResourceMap


def install() -> None:
    ResourceMap.delete = delete


def delete(self: ResourceMap) -> None:
    templates = self._resource_json_map
    for name in reversed(_in_order(templates)):
        made = self._parsed_resources.get(name)
        if made is None or templates[name].get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate"):
            continue
        # It stays in the map: moto looks up the stack's exports once more, and makes anew what it does not find there.
        self._delete_resource(made, templates[name])


def _in_order(templates: dict[str, Any]) -> list[str]:
    """Every resource after all that it refers to."""
    order: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in order or name not in templates:
            return
        for reference in _references(templates[name]):
            visit(reference)
        order[name] = None

    for name in templates:
        visit(name)
    return list(order)


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _references(each)
    if not isinstance(part, dict):
        return
    for key, value in part.items():
        if key == "Ref":
            yield value
        elif key == "Fn::GetAtt":
            yield value[0]
        elif key == "DependsOn":
            yield from [value] if isinstance(value, str) else value
        else:
            yield from _references(value)
