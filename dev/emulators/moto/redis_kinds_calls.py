"""Calls that are missing in moto: ElastiCache's for Serverless caches, MemoryDB's for parameter groups, users and access control
lists. What a caller gave is kept, and shown as far as the project reads it."""

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.elasticache.exceptions import ElastiCacheException
from moto.elasticache.responses import ElastiCacheResponse
from moto.memorydb.exceptions import MemoryDBClientError
from moto.memorydb.responses import MemoryDBResponse


def install() -> None:
    for call in (create_serverless_cache, describe_serverless_caches, delete_serverless_cache):
        setattr(ElastiCacheResponse, call.__name__, call)
    for call in (
        create_parameter_group,
        describe_parameters,
        delete_parameter_group,
        create_user,
        update_user,
        describe_users,
        delete_user,
        create_acl,
        delete_acl,
    ):
        setattr(MemoryDBResponse, call.__name__, call)


# Serverless caches


def create_serverless_cache(self: ElastiCacheResponse) -> ActionResult:
    name, engine = self._get_param("ServerlessCacheName"), self._get_param("Engine")
    if name in _serverless(self):
        raise ElastiCacheException("ServerlessCacheAlreadyExistsFault", f"Serverless cache {name} already exists.")
    host = f"{name}-abc123.serverless.use1.cache.amazonaws.com"
    cache = {
        "ServerlessCacheName": name,
        "Status": "available",
        "Engine": engine,
        "MajorEngineVersion": self._get_param("MajorEngineVersion"),
        "FullEngineVersion": f"{self._get_param('MajorEngineVersion')}.0",
        "KmsKeyId": self._get_param("KmsKeyId"),
        "SecurityGroupIds": self._get_param("SecurityGroupIds", []),
        "SubnetIds": self._get_param("SubnetIds", []),
        "UserGroupId": self._get_param("UserGroupId"),
        "SnapshotRetentionLimit": int(self._get_param("SnapshotRetentionLimit") or 0),
        "DailySnapshotTime": self._get_param("DailySnapshotTime"),
        "Endpoint": {"Address": host, "Port": 6379},
        "ReaderEndpoint": {"Address": host, "Port": 6380},
    }
    _serverless(self)[name] = cache
    return ActionResult({"ServerlessCache": cache})


def describe_serverless_caches(self: ElastiCacheResponse) -> ActionResult:
    name = self._get_param("ServerlessCacheName")
    if name is None:
        return ActionResult({"ServerlessCaches": list(_serverless(self).values())})
    return ActionResult({"ServerlessCaches": [_serverless_cache(self, name)]})


def delete_serverless_cache(self: ElastiCacheResponse) -> ActionResult:
    cache = _serverless_cache(self, self._get_param("ServerlessCacheName"))
    del _serverless(self)[cache["ServerlessCacheName"]]
    return ActionResult({"ServerlessCache": cache})


def _serverless(response: ElastiCacheResponse) -> dict[str, dict[str, Any]]:
    return _kept(response.elasticache_backend, "serverless_caches")


def _serverless_cache(response: ElastiCacheResponse, name: str) -> dict[str, Any]:
    cache = _serverless(response).get(name)
    if cache is None:
        raise ElastiCacheException("ServerlessCacheNotFoundFault", f"Serverless cache {name} not found.")
    return cache


# MemoryDB


def create_parameter_group(self: MemoryDBResponse) -> str:
    asked = json.loads(self.body)
    group = {"Name": asked["ParameterGroupName"], "Family": asked["Family"], "Description": asked.get("Description", "")}
    _kept(self.memorydb_backend, "parameters")[group["Name"]] = {}
    return json.dumps({"ParameterGroup": group})


def describe_parameters(self: MemoryDBResponse) -> str:
    name = json.loads(self.body)["ParameterGroupName"]
    parameters = _found(self, "parameters", name, "ParameterGroupNotFoundFault")
    return json.dumps({"Parameters": [{"Name": key, "Value": value} for key, value in parameters.items()]})


def delete_parameter_group(self: MemoryDBResponse) -> str:
    name = json.loads(self.body)["ParameterGroupName"]
    _kept(self.memorydb_backend, "parameters").pop(name, None)
    return json.dumps({"ParameterGroup": {"Name": name}})


def create_user(self: MemoryDBResponse) -> str:
    asked = json.loads(self.body)
    _kept(self.memorydb_backend, "users")[asked["UserName"]] = asked
    return json.dumps({"User": _shown(asked)})


def update_user(self: MemoryDBResponse) -> str:
    asked = json.loads(self.body)
    user = _found(self, "users", asked["UserName"], "UserNotFoundFault")
    if len(asked.get("AuthenticationMode", {}).get("Passwords", [])) > 2:
        raise MemoryDBClientError("InvalidParameterValueException", "The number of passwords provided is more than 2.")
    user.update(asked)
    return json.dumps({"User": _shown(user)})


def describe_users(self: MemoryDBResponse) -> str:
    name = json.loads(self.body).get("UserName")
    users = _kept(self.memorydb_backend, "users")
    found = users.values() if name is None else [_found(self, "users", name, "UserNotFoundFault")]
    return json.dumps({"Users": [_shown(user) for user in found]})


def delete_user(self: MemoryDBResponse) -> str:
    name = json.loads(self.body)["UserName"]
    user = _found(self, "users", name, "UserNotFoundFault")
    del _kept(self.memorydb_backend, "users")[name]
    return json.dumps({"User": _shown(user)})


def create_acl(self: MemoryDBResponse) -> str:
    asked = json.loads(self.body)
    for user in asked.get("UserNames", []):
        _found(self, "users", user, "UserNotFoundFault")
    _kept(self.memorydb_backend, "lists")[asked["ACLName"]] = asked
    return json.dumps({"ACL": {"Name": asked["ACLName"], "Status": "active", "UserNames": asked.get("UserNames", [])}})


def delete_acl(self: MemoryDBResponse) -> str:
    name = json.loads(self.body)["ACLName"]
    _kept(self.memorydb_backend, "lists").pop(name, None)
    return json.dumps({"ACL": {"Name": name}})


def _shown(user: dict[str, Any]) -> dict[str, Any]:
    mode = user.get("AuthenticationMode", {})
    return {
        "Name": user["UserName"],
        "Status": "active",
        "AccessString": user.get("AccessString", ""),
        "Authentication": {"Type": mode.get("Type", "password"), "PasswordCount": len(mode.get("Passwords", []))},
    }


def _found(response: MemoryDBResponse, kind: str, name: str, fault: str) -> dict[str, Any]:
    found = _kept(response.memorydb_backend, kind).get(name)
    if found is None:
        raise MemoryDBClientError(fault, f"{name} is not found.")
    return found


def _kept(backend: Any, kind: str) -> dict[str, Any]:
    """What moto's backend of an account and region does not have."""
    kept: dict[str, dict[str, Any]] = backend.__dict__.setdefault("kept_here", {})
    return kept.setdefault(kind, {})
