"""Gives moto 5.1.1, the one of Debian 13, what the other files here take from 5.2.1: answers that are written from the service's
model, lists among the parameters, and ElastiCache's replication groups and subnet groups as far as ours use them."""

import functools
import json
import random
import re
import string
from datetime import datetime
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

import botocore.session
from botocore import xform_name
from botocore.model import Shape
from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudwatch.responses import DESCRIBE_ALARMS_TEMPLATE, CloudWatchResponse
from moto.core import responses
from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.elasticache.exceptions import ElastiCacheException
from moto.elasticache.models import ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse
from moto.sqs import exceptions as sqs_exceptions
from moto.sqs.models import Message
from moto.sqs.responses import SQSResponse


class ActionResult:
    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result

    def text(self, response: responses.BaseResponse) -> str:
        return _answer(response, self.result)


class EmptyResult(ActionResult):
    def __init__(self) -> None:
        super().__init__({})


class AlarmsResult(ActionResult):
    """Alarms, whose attributes here have other names than in the API."""

    def text(self, response: responses.BaseResponse) -> str:
        template = response.response_template(DESCRIBE_ALARMS_TEMPLATE)
        return template.render(
            metric_alarms=self.result["MetricAlarms"], composite_alarms=self.result["CompositeAlarms"]
        )


def install() -> None:
    """To be called before the first import of those files, and only with an older moto."""
    # Here everything fits on one page.
    responses.ActionResult = responses.PaginatedResult = ActionResult
    responses.EmptyResult = EmptyResult
    sqs_exceptions.SQSException = JsonRESTError
    # moto prepares it for XML; SQS's clients speak JSON.
    Message.body = Message.original_body
    _answer_results()
    _read_lists()
    _answer_in_json()
    _send_the_date_once()
    _take_paths_without_slash()
    _accept_newer_attribute_name()
    _keep_parameters_without_value()
    CloudFormationResponse.get_template = get_template
    CloudWatchResponse.describe_alarms = describe_alarms
    for call in (create_replication_group, describe_replication_groups, delete_replication_group):
        setattr(ElastiCacheResponse, call.__name__, call)
    for call in (create_cache_subnet_group, describe_cache_subnet_groups):
        setattr(ElastiCacheResponse, call.__name__, call)
    ElastiCacheBackend.create_replication_group = add_replication_group
    ElastiCacheBackend.describe_replication_groups = find_replication_groups


# Answers and parameters


def _answer_results() -> None:
    call = responses.BaseResponse.call_action

    @functools.wraps(call)
    def call_action(self):
        transform = self._transform_response

        def transform_result(headers, response):
            if isinstance(response, ActionResult):
                return 200, headers, response.text(self)
            return transform(headers, response)

        self._transform_response = transform_result
        return call(self)

    responses.BaseResponse.call_action = call_action


def _read_lists() -> None:
    """A list or structure in a form stands there in parts, as in `ActionNames.member.1`."""
    read = responses.BaseResponse._get_param

    @functools.wraps(read)
    def read_structure(self, param_name, if_none=None):
        if any(key.startswith(f"{param_name}.") for key in self.querystring):
            return _without_names(self._get_params()[param_name])
        return read(self, param_name, if_none)

    responses.BaseResponse._get_param = read_structure


def _without_names(value: Any) -> Any:
    """moto understands `Tags.member.1`; ElastiCache's lists name their elements, as in `Tags.Tag.1`."""
    if isinstance(value, dict) and len(value) == 1:
        [elements] = value.values()
        if isinstance(elements, dict) and all(key.isdigit() for key in elements):
            return [elements[key] for key in sorted(elements, key=int)]
    return value


def _answer_in_json() -> None:
    """Newer clients of CloudWatch speak JSON. Ours do so for a call whose answer is empty."""
    set_state = CloudWatchResponse.set_alarm_state

    @functools.wraps(set_state)
    def set_alarm_state(self):
        answer = set_state(self)
        return "{}" if _is_json(self) else answer

    CloudWatchResponse.set_alarm_state = set_alarm_state


def _send_the_date_once() -> None:
    """The server adds a Date header too, and clients cannot parse two."""
    setup = responses.BaseResponse.setup_class

    @functools.wraps(setup)
    def setup_without_date(self, *args, **kwargs):
        setup(self, *args, **kwargs)
        self.response_headers.pop("date", None)

    responses.BaseResponse.setup_class = setup_without_date


def _take_paths_without_slash() -> None:
    """Newer clients of Lambda leave out the slash at the end."""
    known = responses._get_method_urls

    @lru_cache
    def method_urls(service_name, region):
        urls = known(service_name, region)
        return {
            method: {re.sub(r"/\$$", "/?$", path): name for path, name in names.items()} for method, names in urls.items()
        }

    responses._get_method_urls = method_urls


def _accept_newer_attribute_name() -> None:
    """ReceiveMessage's AttributeNames are MessageSystemAttributeNames by now."""
    read = SQSResponse._get_param

    @functools.wraps(read)
    def read_either(self, param_name, if_none=None):
        newer = read(self, "MessageSystemAttributeNames") if param_name == "AttributeNames" else None
        return read(self, param_name, if_none) if newer is None else newer

    SQSResponse._get_param = read_either


def _keep_parameters_without_value() -> None:
    """As in corrections.py, in the comparison that comes before: a stack's parameter that was never given has no value."""
    values = CloudFormationResponse._get_param_values

    @functools.wraps(values)
    def values_of_given(self, parameters_list, existing_params):
        parameters = [
            parameter
            for parameter in parameters_list
            if "parameter_value" in parameter or parameter["parameter_key"] in existing_params
        ]
        return values(self, parameters, existing_params)

    CloudFormationResponse._get_param_values = values_of_given


def _is_json(response: responses.BaseResponse) -> bool:
    return "x-amz-target" in {name.lower() for name in response.headers.keys()}


@lru_cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def _answer(response: responses.BaseResponse, result: dict[str, Any]) -> str:
    if _is_json(response):
        return json.dumps(result)
    model = _model(response.service_name)
    action = response._get_action()
    shape = model.operation_model(action).output_shape
    body = ""
    if shape is not None:
        wrapper = shape.serialization["resultWrapper"]
        body = f"<{wrapper}>{_xml(shape, result)}</{wrapper}>"
    request = "<ResponseMetadata><RequestId>request</RequestId></ResponseMetadata>"
    return f'<{action}Response xmlns="{model.metadata["xmlNamespace"]}">{body}{request}</{action}Response>'


def _xml(shape: Shape, value: Any) -> str:
    if shape.type_name == "structure":
        parts = ((name, member, _part(value, name)) for name, member in shape.members.items())
        return "".join(_element(name, member, part) for name, member, part in parts if part is not None)
    if shape.type_name == "list":
        return "".join(_element("member", shape.member, each) for each in value)
    if isinstance(value, bool):
        return str(value).lower()
    return escape(value.isoformat() + "Z" if isinstance(value, datetime) else str(value))


def _element(name: str, shape: Shape, value: Any) -> str:
    tag = shape.serialization.get("name", name)
    return f"<{tag}>{_xml(shape, value)}</{tag}>"


def _part(value: Any, name: str) -> Any:
    """Results have the API's names, or those of attributes."""
    if isinstance(value, dict):
        return value.get(name, value.get(xform_name(name)))
    return getattr(value, xform_name(name), None)


# CloudFormation and CloudWatch


def get_template(self: CloudFormationResponse) -> ActionResult:
    """moto leaves `<` in a template as it is."""
    return ActionResult({"TemplateBody": self.cloudformation_backend.get_template(self._get_param("StackName"))})


def describe_alarms(self: CloudWatchResponse) -> ActionResult:
    """All with the prefix, or with the names; corrections.py looks at their state."""
    backend = self.cloudwatch_backend
    prefix, names = self._get_param("AlarmNamePrefix"), self._get_param("AlarmNames")
    if prefix is not None:
        alarms = backend.get_alarms_by_alarm_name_prefix(prefix)
    else:
        alarms = backend.describe_alarms() if names is None else backend.get_alarms_by_alarm_names(names)
    return AlarmsResult(
        {
            "MetricAlarms": [alarm for alarm in alarms if alarm.rule is None],
            "CompositeAlarms": [alarm for alarm in alarms if alarm.rule is not None],
        }
    )


# ElastiCache


class ReplicationGroup:
    """At once available."""

    def __init__(self, account: str, region: str, parameters: dict[str, Any]) -> None:
        name = self.replication_group_id = parameters["replication_group_id"]
        self.arn = f"arn:aws:elasticache:{region}:{account}:replicationgroup:{name}"
        self.status = "available"
        self.description = parameters["replication_group_description"]
        self.cluster_enabled = parameters.get("cluster_mode") == "enabled"
        for key in ("engine_version", "cache_node_type", "cache_parameter_group_name", "cache_subnet_group_name"):
            setattr(self, key, parameters.get(key))
        for key in ("transit_encryption_mode", "snapshot_retention_limit", "snapshot_window", "kms_key_id"):
            setattr(self, key, parameters.get(key))
        self.engine = parameters.get("engine", "redis")
        self.automatic_failover = "enabled" if parameters.get("automatic_failover_enabled") else "disabled"
        self.multi_az = "enabled" if parameters.get("multi_az_enabled") else "disabled"
        self.transit_encryption_enabled = bool(parameters.get("transit_encryption_enabled"))
        self.at_rest_encryption_enabled = bool(parameters.get("at_rest_encryption_enabled"))
        self.auth_token_enabled = bool(parameters.get("auth_token"))
        self.auth_token_last_modified_date = utcnow() if self.auth_token_enabled else None

        port = int(parameters.get("port", 6379))
        domain = f"{name}.{''.join(random.choices(string.ascii_lowercase, k=6))}.use1.cache.amazonaws.com"
        nodes = range(1, int(parameters.get("replicas_per_node_group") or 0) + 2)
        self.member_clusters = [f"{name}-{node:03}" for node in nodes]
        if self.cluster_enabled:
            self._add_shards(name, int(parameters.get("num_node_groups") or 1), nodes, {"address": f"clustercfg.{domain}", "port": port})
            return
        self.node_groups = [
            {
                "node_group_id": "0001",
                "status": "available",
                "primary_endpoint": {"address": f"master.{domain}", "port": port},
                "reader_endpoint": {"address": f"replica.{domain}", "port": port},
                "node_group_members": [
                    {
                        "cache_cluster_id": node,
                        "cache_node_id": "0001",
                        "read_endpoint": {"address": f"{node}.{domain}", "port": port},
                        "current_role": "primary" if node.endswith("-001") else "replica",
                    }
                    for node in self.member_clusters
                ],
            }
        ]

    def _add_shards(self, name: str, count: int, nodes: range, endpoint: dict[str, Any]) -> None:
        self.configuration_endpoint = endpoint
        self.node_groups = [
            {
                "node_group_id": f"{shard:04}",
                "status": "available",
                "node_group_members": [
                    {"cache_cluster_id": f"{name}-{shard:04}-{node:03}", "cache_node_id": "0001"} for node in nodes
                ],
            }
            for shard in range(1, count + 1)
        ]
        members = [member for group in self.node_groups for member in group["node_group_members"]]
        self.member_clusters = [member["cache_cluster_id"] for member in members]


def add_replication_group(self: ElastiCacheBackend, tags: Any = None, **parameters: Any) -> ReplicationGroup:
    group = ReplicationGroup(self.account_id, self.region_name, parameters)
    if group.replication_group_id in _groups(self):
        raise ElastiCacheException(
            "ReplicationGroupAlreadyExists", f"Replication group {group.replication_group_id} already exists."
        )
    self.replication_groups[group.replication_group_id] = group
    return group


def find_replication_groups(self: ElastiCacheBackend, name: str | None = None) -> list[ReplicationGroup]:
    groups = _groups(self)
    if name is None:
        return list(groups.values())
    if name not in groups:
        raise ElastiCacheException("ReplicationGroupNotFoundFault", f"Replication group {name} not found.")
    return [groups[name]]


def _groups(backend: ElastiCacheBackend) -> dict[str, ReplicationGroup]:
    if not hasattr(backend, "replication_groups"):
        backend.replication_groups = {}
    return backend.replication_groups


def create_replication_group(self: ElastiCacheResponse) -> ActionResult:
    values = {"true": True, "false": False}
    parameters = {
        xform_name(name): values.get(value, value) if isinstance(value, str) else _without_names(value)
        for name, value in self._get_params().items()
    }
    if "num_cache_clusters" in parameters:
        parameters["num_cache_clusters"] = int(parameters["num_cache_clusters"])
    return ActionResult({"ReplicationGroup": self.elasticache_backend.create_replication_group(**parameters)})


def describe_replication_groups(self: ElastiCacheResponse) -> ActionResult:
    groups = self.elasticache_backend.describe_replication_groups(self._get_param("ReplicationGroupId"))
    return ActionResult({"ReplicationGroups": groups})


def delete_replication_group(self: ElastiCacheResponse) -> ActionResult:
    [group] = self.elasticache_backend.describe_replication_groups(self._get_param("ReplicationGroupId"))
    group.status = "deleting"
    return ActionResult({"ReplicationGroup": group})


def create_cache_subnet_group(self: ElastiCacheResponse) -> ActionResult:
    subnets = [{"SubnetIdentifier": subnet} for subnet in self._get_param("SubnetIds", [])]
    group = {
        "CacheSubnetGroupName": self._get_param("CacheSubnetGroupName"),
        "CacheSubnetGroupDescription": self._get_param("CacheSubnetGroupDescription"),
        "Subnets": subnets,
    }
    _subnet_groups(self)[group["CacheSubnetGroupName"]] = group
    return ActionResult({"CacheSubnetGroup": group})


def describe_cache_subnet_groups(self: ElastiCacheResponse) -> ActionResult:
    name = self._get_param("CacheSubnetGroupName")
    groups = _subnet_groups(self)
    if name is not None and name not in groups:
        raise ElastiCacheException("CacheSubnetGroupNotFoundFault", f"CacheSubnetGroup {name} not found.")
    return ActionResult({"CacheSubnetGroups": [groups[name]] if name is not None else list(groups.values())})


def _subnet_groups(response: ElastiCacheResponse) -> dict[str, dict[str, Any]]:
    backend = response.elasticache_backend
    if not hasattr(backend, "subnet_groups"):
        backend.subnet_groups = {}
    return backend.subnet_groups
