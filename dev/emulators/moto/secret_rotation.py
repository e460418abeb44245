"""The response of Secrets Manager's RotateSecret. moto would run the function in Docker; here the test runs the function's
four steps with the VersionId of the response."""

import re
from time import time
from typing import Any
from uuid import uuid4

from moto.secretsmanager.exceptions import InvalidRequestException, SecretNotFoundException
from moto.secretsmanager.models import SecretsManagerBackend


def install() -> None:
    SecretsManagerBackend.rotate_secret = rotate_secret


def rotate_secret(
    self: SecretsManagerBackend,
    secret_id: str,
    client_request_token: str | None = None,
    rotation_lambda_arn: str | None = None,
    rotation_rules: dict[str, Any] | None = None,
    rotate_immediately: bool = True,
) -> str:
    if not self._is_valid_identifier(secret_id):
        raise SecretNotFoundException()
    secret = self.secrets[secret_id]
    secret.rotation_lambda_arn = rotation_lambda_arn or secret.rotation_lambda_arn
    if not secret.rotation_lambda_arn:
        raise InvalidRequestException("No Lambda rotation function ARN is associated with this secret.")
    secret.rotation_requested = secret.rotation_enabled = True
    if rotation_rules:
        secret.auto_rotate_after_days = _days(rotation_rules)
    if not rotate_immediately:
        return secret.to_short_dict()

    version = client_request_token or str(uuid4())
    secret.remove_version_stages_from_old_versions(["AWSPENDING"])
    secret.versions[version] = {"createdate": int(time()), "version_id": version, "version_stages": ["AWSPENDING"]}
    return secret.to_short_dict(version_id=version)


def _days(rules: dict[str, Any]) -> int:
    """`rate(30 days)`; a cron expression has no such number."""
    rate = re.fullmatch(r"rate\((\d+) days?\)", rules.get("ScheduleExpression", ""))
    return int(rate[1]) if rate else rules.get("AutomaticallyAfterDays", 0)
