"""ElastiCache calls that are missing in moto: changes of a replication group, parameter groups, and states that come to an end."""

import copy
from typing import Any

from moto.core.responses import ActionResult, EmptyResult, PaginatedResult
from moto.core.utils import utcnow
from moto.elasticache.exceptions import ElastiCacheException
from moto.elasticache.responses import ElastiCacheResponse

# Request parameters that a group just keeps, and their attributes in moto's model.
KEPT_SETTINGS = {
    "CacheNodeType": "cache_node_type",
    "CacheParameterGroupName": "cache_parameter_group_name",
    "Engine": "engine",
    "EngineVersion": "engine_version",
    "ReplicationGroupDescription": "description",
    "SnapshotRetentionLimit": "snapshot_retention_limit",
    "SnapshotWindow": "snapshot_window",
    "TransitEncryptionMode": "transit_encryption_mode",
}
SWITCHES = {"AutomaticFailoverEnabled": "automatic_failover", "MultiAZEnabled": "multi_az"}


def install() -> None:
    for call in (
        modify_replication_group,
        modify_user,
        increase_replica_count,
        decrease_replica_count,
        describe_replication_groups,
        create_cache_parameter_group,
        modify_cache_parameter_group,
        describe_cache_parameters,
        delete_cache_parameter_group,
    ):
        setattr(ElastiCacheResponse, call.__name__, call)


def modify_replication_group(self: ElastiCacheResponse) -> ActionResult:
    """Supports only ApplyImmediately=true. The group is `modifying` until it has been described once. The caller's Redis
    decides which tokens it then accepts."""
    [group] = self.elasticache_backend.describe_replication_groups(self._get_param("ReplicationGroupId"))
    if group.status != "available":
        raise ElastiCacheException("InvalidReplicationGroupState", f"Replication group is {group.status}, not available.")
    if not self._get_bool_param("ApplyImmediately"):
        raise ElastiCacheException("InvalidParameterValue", "The emulator knows no maintenance window: ApplyImmediately.")
    token, strategy = self._get_param("AuthToken"), self._get_param("AuthTokenUpdateStrategy")
    if token is not None or strategy is not None:
        _check_token(group, token, strategy)
        group.auth_token_last_modified_date = utcnow()
    for parameter, attribute in KEPT_SETTINGS.items():
        if self._get_param(parameter) is not None:
            setattr(group, attribute, self._get_param(parameter))
    for parameter, attribute in SWITCHES.items():
        if self._get_param(parameter) is not None:
            setattr(group, attribute, "enabled" if self._get_bool_param(parameter) else "disabled")
    group.status = "modifying"
    return ActionResult({"ReplicationGroup": group})


def modify_user(self: ElastiCacheResponse) -> ActionResult:
    """Only the access string and the passwords; the caller's Redis decides which it then accepts."""
    [user] = self.elasticache_backend.describe_users(self._get_param("UserId"))
    passwords = self._get_param("Passwords", [])
    if len(passwords) > 2:
        raise ElastiCacheException("InvalidParameterCombination", "The number of passwords provided is more than 2.")
    user.access_string = self._get_param("AccessString") or user.access_string
    user.passwords = passwords or user.passwords
    return ActionResult(user)


def increase_replica_count(self: ElastiCacheResponse) -> ActionResult:
    return _count_replicas(self)


def decrease_replica_count(self: ElastiCacheResponse) -> ActionResult:
    return _count_replicas(self)


def _count_replicas(self: ElastiCacheResponse) -> ActionResult:
    [group] = self.elasticache_backend.describe_replication_groups(self._get_param("ReplicationGroupId"))
    nodes = range(1, int(self._get_param("NewReplicaCount")) + 2)
    group.member_clusters = [f"{group.replication_group_id}-{node:03}" for node in nodes]
    group.status = "modifying"
    return ActionResult({"ReplicationGroup": group})


def _check_token(group: Any, token: str | None, strategy: str | None) -> None:
    if token is None or strategy not in ("ROTATE", "SET"):
        raise ElastiCacheException("InvalidParameterCombination", "The emulator takes a token with ROTATE or SET.")
    if not group.auth_token_enabled or not group.transit_encryption_enabled:
        raise ElastiCacheException("InvalidParameterCombination", "The group has no auth token, or no encryption in transit.")
    if not 16 <= len(token) <= 128 or not all(character.isalnum() or character in "!&#$^<>-" for character in token):
        raise ElastiCacheException("InvalidParameterValue", "AuthToken: 16 to 128 letters, digits and !&#$^<>- are allowed.")


def describe_replication_groups(self: ElastiCacheResponse) -> ActionResult:
    """As moto's, but what was being modified or deleted is so only in the first answer."""
    backend = self.elasticache_backend
    groups = backend.describe_replication_groups(self._get_param("ReplicationGroupId"))
    shown = [copy.copy(group) for group in groups]
    for group in groups:
        if group.status == "modifying":
            group.status = "available"
        elif group.status == "deleting":
            del backend.replication_groups[group.replication_group_id]
    return PaginatedResult({"ReplicationGroups": shown})


def create_cache_parameter_group(self: ElastiCacheResponse) -> ActionResult:
    group = {
        "CacheParameterGroupName": self._get_param("CacheParameterGroupName"),
        "CacheParameterGroupFamily": self._get_param("CacheParameterGroupFamily"),
        "Description": self._get_param("Description"),
    }
    _parameter_groups(self)[group["CacheParameterGroupName"]] = {}
    return ActionResult({"CacheParameterGroup": group})


def describe_cache_parameters(self: ElastiCacheResponse) -> ActionResult:
    """Only the parameters that were set: moto does not know the defaults of the engines."""
    name = self._get_param("CacheParameterGroupName")
    parameters = _parameter_groups(self).get(name)
    if parameters is None:
        raise ElastiCacheException("CacheParameterGroupNotFound", f"CacheParameterGroup {name} not found.")
    shown = [{"ParameterName": key, "ParameterValue": value, "Source": "user"} for key, value in parameters.items()]
    return ActionResult({"Parameters": shown})


def modify_cache_parameter_group(self: ElastiCacheResponse) -> ActionResult:
    name = self._get_param("CacheParameterGroupName")
    for setting in self._get_param("ParameterNameValues", []):
        _parameter_groups(self)[name][setting["ParameterName"]] = setting["ParameterValue"]
    return ActionResult({"CacheParameterGroupName": name})


def delete_cache_parameter_group(self: ElastiCacheResponse) -> ActionResult:
    _parameter_groups(self).pop(self._get_param("CacheParameterGroupName"), None)
    return EmptyResult()


def _parameter_groups(response: ElastiCacheResponse) -> dict[str, dict[str, str]]:
    backend = response.elasticache_backend
    if not hasattr(backend, "parameter_groups"):
        backend.parameter_groups = {}
    return backend.parameter_groups
