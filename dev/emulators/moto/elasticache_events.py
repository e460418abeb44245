"""ElastiCache's DescribeEvents, which is missing in moto: what was done to replication groups through the API. No failovers: nothing
fails here."""

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.elasticache.responses import ElastiCacheResponse

# What AWS calls it, by the call that it follows.
NOTED = {
    "create_replication_group": "Replication group {} created",
    "modify_replication_group": "Replication group {} modified",
}


def install() -> None:
    for name, message in NOTED.items():
        setattr(ElastiCacheResponse, name, _noting(getattr(ElastiCacheResponse, name), message))
    ElastiCacheResponse.describe_events = describe_events


def describe_events(self: ElastiCacheResponse) -> ActionResult:
    """The last `Duration` minutes, an hour by default."""
    since = utcnow() - timedelta(minutes=self._get_int_param("Duration", 60))
    wanted = {"SourceType": self._get_param("SourceType"), "SourceIdentifier": self._get_param("SourceIdentifier")}
    shown = [
        event
        for event in _events(self)
        if event["Date"] >= since and all(value in (None, event[key]) for key, value in wanted.items())
    ]
    return ActionResult({"Events": shown})


def _noting(call: Callable[..., Any], message: str) -> Callable[..., Any]:
    @functools.wraps(call)
    def noting(self: ElastiCacheResponse) -> Any:
        answer = call(self)
        name = self._get_param("ReplicationGroupId")
        _events(self).append(
            {
                "SourceIdentifier": name,
                "SourceType": "replication-group",
                "Message": message.format(name),
                "Date": utcnow(),
            }
        )
        return answer

    return noting


def _events(response: ElastiCacheResponse) -> list[dict[str, Any]]:
    backend = response.elasticache_backend
    if not hasattr(backend, "events_of_groups"):
        backend.events_of_groups = []
    return backend.events_of_groups
