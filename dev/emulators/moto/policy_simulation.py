"""IAM's SimulatePrincipalPolicy for roles: identity policies only, as AWS answers without further arguments.

Conditions: the operators that this project's policies use. A key that the caller does not give in ContextEntries is absent.
"""

import json
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse


def install() -> None:
    IamResponse.simulate_principal_policy = simulate_principal_policy


def simulate_principal_policy(self: IamResponse) -> ActionResult:
    statements = _statements(self.backend, self._get_param("PolicySourceArn"))
    context = {
        entry["ContextKeyName"].lower(): entry["ContextKeyValues"] for entry in self._get_param("ContextEntries", [])
    }
    results = [
        {
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": _decision(statements, action, resource, context),
        }
        for action in self._get_param("ActionNames", [])
        for resource in self._get_param("ResourceArns", ["*"])
    ]
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def _statements(backend: Any, role_arn: str) -> list[dict[str, Any]]:
    role = backend.get_role_by_arn(role_arn)
    managed = [version for policy in role.managed_policies.values() for version in policy.versions]
    documents = [*role.policies.values(), *(version.document for version in managed if version.is_default)]
    policies = [json.loads(unquote(document) if document.startswith("%") else document) for document in documents]
    return [statement for policy in policies for statement in _list(policy["Statement"])]


def _decision(statements: list[dict[str, Any]], action: str, resource: str, context: dict[str, list[str]]) -> str:
    effects = {
        statement["Effect"]
        for statement in statements
        if _matches_any(statement.get("Action"), action.lower(), lower=True)
        and _matches_any(statement.get("Resource"), resource)
        and _conditions_hold(statement.get("Condition", {}), context)
    }
    if "Deny" in effects:
        return "explicitDeny"
    return "allowed" if "Allow" in effects else "implicitDeny"


def _conditions_hold(conditions: dict[str, dict[str, Any]], context: dict[str, list[str]]) -> bool:
    return all(
        _holds(operator, context.get(key.lower()), [str(value) for value in _list(expected)])
        for operator, keys in conditions.items()
        for key, expected in keys.items()
    )


def _holds(operator: str, given: list[str] | None, expected: list[str]) -> bool:
    if operator == "Null":
        return (given is None) == (expected[0].lower() == "true")
    if operator.endswith("IfExists"):
        return given is None or _holds(operator.removesuffix("IfExists"), given, expected)
    if given is None:
        return operator in ("StringNotEquals", "StringNotLike", "ArnNotEquals", "ArnNotLike")
    if operator in ("StringEquals", "Bool"):
        return any(value == pattern for value in given for pattern in expected)
    if operator in ("StringLike", "ArnLike", "ArnEquals"):
        return any(fnmatchcase(value, pattern) for value in given for pattern in expected)
    raise NotImplementedError(f"the emulator's policy simulation does not know the operator {operator}")


def _matches_any(patterns: Any, value: str, lower: bool = False) -> bool:
    return any(fnmatchcase(value, pattern.lower() if lower else pattern) for pattern in _list(patterns or []))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
