"""IAM authentication: signs a token for each connection, without a call to AWS."""

from __future__ import annotations

import importlib
import re
from typing import Any

from hokusai_model_events.contract_data import IAM_CACHE_PATTERN
from hokusai_model_events.errors import SettingsError

# How long a token can be used, the most that AWS accepts: a connection uses it at once.
_TOKEN_SECONDS = 900


class IamTokens:
    """Tokens of one user of a cache, signed with botocore's default credentials, such as those of an ECS task's role.

    A token is the presigned URL of the action ``connect`` ("Authenticating with IAM" in the ElastiCache and the MemoryDB guide).
    """

    def __init__(self, cache_arn: str, username: str) -> None:
        """Raises ``SettingsError`` if botocore is missing."""
        try:
            self._auth: Any = importlib.import_module("botocore.auth")
            self._requests: Any = importlib.import_module("botocore.awsrequest")
            self._sessions: Any = importlib.import_module("botocore.session")
        except ImportError:
            raise SettingsError("botocore is missing: pip install 'hokusai-model-events[iam]'") from None
        found = re.fullmatch(IAM_CACHE_PATTERN, cache_arn)
        assert found is not None, "RedisSettings has checked the ARN"
        elasticache, region, kind, memorydb, other_region, self._cache = found.groups()
        self._service, self._region = elasticache or memorydb, region or other_region
        self._query = {"Action": "connect", "User": username}
        if kind == "serverlesscache":
            self._query["ResourceType"] = "ServerlessCache"
        self._credentials: Any = None

    def sign(self, *, fresh: bool) -> str:
        """A token. ``fresh`` reads the credentials again; otherwise botocore does so before they expire. It may block."""
        if self._credentials is None or fresh:
            self._credentials = self._sessions.get_session().get_credentials()
        if self._credentials is None:
            raise LookupError("no AWS credentials found")
        request = self._requests.AWSRequest("GET", f"http://{self._cache}/", params=self._query)
        frozen = self._credentials.get_frozen_credentials()
        self._auth.SigV4QueryAuth(frozen, self._service, self._region, expires=_TOKEN_SECONDS).add_auth(request)
        return str(request.url).removeprefix("http://")
