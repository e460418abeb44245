"""Changes and deletes a stack's resources in CloudFormation's order. An update adds and changes what others refer to before
the others, and deletes at its end; a deletion takes what refers to others first. moto takes any order, deletes first in an
update, and gives up where, say, a rule's bus went first."""

from collections.abc import Iterator
from typing import Any

from moto.cloudformation.parsing import ResourceMap, parse_and_update_resource


def install() -> None:
    ResourceMap.update = update
    ResourceMap.delete = delete


def update(self: ResourceMap, template: dict[str, Any], parameters: dict[str, Any] | None = None) -> None:
    differences = self.build_resource_diff(template, parameters)
    before = self._resource_json_map
    self._template, self._resource_json_map = template, template["Resources"]
    if parameters:
        self.input_parameters = parameters
    self.load_mapping()
    self.load_parameters()
    self.load_conditions()
    for name in _in_order(self._resource_json_map):
        if name in differences["Add"]:
            # Reading it creates it.
            self[name]
        elif name in differences["Modify"]:
            self._parsed_resources[name] = parse_and_update_resource(
                name, self._resource_json_map[name], self, account_id=self._account_id, region_name=self._region_name
            )
    for name in reversed(_in_order(before)):
        if name in differences["Remove"] and name in self._parsed_resources:
            self._delete_resource(self._parsed_resources.pop(name), before[name])


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
