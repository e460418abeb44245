"""What a resource type is: how it is made, changed and removed by calls to the services."""

import json
import re
from collections.abc import Callable
from typing import Any


class Resource:
    """One resource of a stack. A type that AWS makes by a `put` writes only `create`."""

    type: str
    attribute_names: tuple[str, ...] = ()

    def __init__(self, name: str, properties: dict[str, Any], account: str, client: Callable[[str], Any]) -> None:
        self.id = name
        self.attributes: dict[str, str] = {}
        self.properties = properties
        self.update_policy: dict[str, Any] = {}
        self.account = account
        self.client = client

    def create(self) -> None:
        raise NotImplementedError

    def update(self) -> None:
        self.create()

    def delete(self) -> None:
        """What belongs to another resource goes with it."""

    def resolved(self, text: str | None) -> str | None:
        """A text with its dynamic references to secrets resolved, which moto's CloudFormation leaves as they are."""
        return text and re.sub(r"\{\{resolve:secretsmanager:(.+?):SecretString:(\w+)(?::[^}]*)?\}\}", self._secret_value, text)

    def _secret_value(self, reference: re.Match[str]) -> str:
        # moto's default is the version that was written last, not the current one.
        secret = self.client("secretsmanager").get_secret_value(SecretId=reference[1], VersionStage="AWSCURRENT")
        return str(json.loads(secret["SecretString"])[reference[2]])
