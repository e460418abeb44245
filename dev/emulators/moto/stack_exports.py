"""The exports of a stack that is updated or deleted: CloudFormation keeps those that another stack imports.

"You can't delete an exported output value if another stack references it": Get exported outputs from a deployed CloudFormation stack,
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from collections.abc import Iterator
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend, Stack


def install() -> None:
    update, delete = CloudFormationBackend.update_stack, CloudFormationBackend.delete_stack

    def update_stack(self: CloudFormationBackend, name: str, template: str, *args: Any, **kwargs: Any) -> Stack:
        stack = self.get_stack(name)
        outputs = Stack.parse_template(template or stack.template).get("Outputs", {}).values()
        kept = {output["Export"]["Name"] for output in outputs if "Export" in output}
        before = {export.name for export in stack.exports}
        _refuse(self, stack, before - kept)
        updated = update(self, name, template, *args, **kwargs)
        # moto registers a stack's exports only when it is created.
        for removed in before:
            self.exports.pop(removed, None)
        self.exports.update({export.name: export for export in updated.exports})
        return updated

    def delete_stack(self: CloudFormationBackend, name_or_stack_id: str) -> None:
        for stack in list(self.stacks.values()):
            if name_or_stack_id in (stack.name, stack.stack_id):
                _refuse(self, stack, {export.name for export in stack.exports})
        delete(self, name_or_stack_id)

    CloudFormationBackend.update_stack = update_stack
    CloudFormationBackend.delete_stack = delete_stack


def _refuse(backend: CloudFormationBackend, stack: Stack, removed: set[str]) -> None:
    for other in backend.stacks.values():
        used = removed & set(_imported(other.template_dict)) if other is not stack else set()
        if used:
            raise ValidationError(message=f"Cannot delete export {min(used)} as it is in use by {other.name}")


def _imported(part: Any) -> Iterator[str]:
    """The names of the exports that a template imports."""
    if isinstance(part, dict):
        if isinstance(part.get("Fn::ImportValue"), str):
            yield part["Fn::ImportValue"]
        for value in part.values():
            yield from _imported(value)
    elif isinstance(part, list):
        for value in part:
            yield from _imported(value)
