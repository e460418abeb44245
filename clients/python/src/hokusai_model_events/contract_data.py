"""The contract's constants and rules, read from contract.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Mapping, Sequence

from .contract_rules import Rule, rule_of

_DATA: Mapping[str, Any] = json.loads((Path(__file__).resolve().parent / "contract.json").read_text("utf-8"))

SOURCE: str = _DATA["source"]
"""``source`` of the registry's events."""
DETAIL_TYPE: str = _DATA["detailType"]
DETAIL_BYTES: int = _DATA["limits"]["detailBytes"]
"""Largest detail in UTF-8 bytes: the pipeline's limit for an event, less what EventBridge adds around the detail."""
LEVELS: int = _DATA["limits"]["levels"]
"""Deepest nesting of objects and arrays; the detail is the first level."""
DETAIL: Rule = rule_of(_DATA["detail"])
MESSAGE: Rule = rule_of(_DATA["message"])
"""What a consumer needs to process a message; it accepts everything else as it is."""

REDIS_FAULTS: Sequence[Mapping[str, Any]] = _DATA["redisFaults"]
"""Faults of Redis and of the connection, the first that matches decides: name, pattern, hint, reaction, reconnect."""

NOT_CONTENT_STATUSES: Sequence[int] = _DATA["notAboutContent"]["statuses"]
NOT_CONTENT_CODES: str = _DATA["notAboutContent"]["codes"]
"""Statuses of 4xx, and a pattern of error codes, with which PutEvents refuses a call for another reason than its content."""

QUEUE_PATTERN: str = _DATA["queue"]["pattern"]
QUEUE_RULE: str = _DATA["queue"]["rule"]
"""The names of subscriptions' queues, as a sentence."""

IAM_CACHE_PATTERN: str = _DATA["iamCache"]["pattern"]
"""Groups: service, region, kind and name, for ElastiCache and for MemoryDB."""
IAM_CACHE_RULE: str = _DATA["iamCache"]["rule"]

REDIS_HOST: str = _DATA["variables"]["redisHost"]
REDIS_PORT: str = _DATA["variables"]["redisPort"]
REDIS_USERNAME: str = _DATA["variables"]["redisUsername"]
REDIS_AUTH_TOKEN: str = _DATA["variables"]["redisAuthToken"]
IAM_CACHE_ARN: str = _DATA["variables"]["iamCacheArn"]
QUEUE: str = _DATA["variables"]["queue"]
MAX_RETRIES: str = _DATA["variables"]["maxRetries"]
BUS: str = _DATA["variables"]["eventBus"]
