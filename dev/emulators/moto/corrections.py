"""Corrects moto 5.2.1 where it differs from AWS in a way that affects the stacks or clients of this project."""

import functools
import json

from moto.awslambda.models import LambdaBackend
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.parsing import ResourceMap
from moto.cloudwatch.responses import CloudWatchResponse
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ecs.models import Service, TaskDefinition
from moto.elasticache.models import ElastiCacheBackend
from moto.events.models import Archive, EventBus
from moto.events.utils import EventTemplateParser
from moto.kms.models import Key
from moto.sqs.models import Queue
from moto.ssm import ssm_backends
from moto.ssm.models import Parameter


def install() -> None:
    _read_archive_patterns()
    _add_the_account_to_events()
    _refer_by_name()
    _return_names_of_endpoints()
    _refuse_missing_parameters()
    _keep_defaults_of_parameters()
    _count_cache_clusters()
    _leave_messages_in_their_queue()
    _map_to_aliases()
    _read_tags()
    _show_alarms_in_their_state()
    _keep_the_network_of_services()
    _keep_the_roles_of_task_definitions()


def _read_archive_patterns() -> None:
    """A template has an archive's pattern as an object, moto wants the text that the API takes."""
    create = Archive.create_from_cloudformation_json.__func__

    @classmethod
    def create_with_text(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        if isinstance(properties.get("EventPattern"), dict):
            properties["EventPattern"] = json.dumps(properties["EventPattern"])
        return create(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)

    Archive.create_from_cloudformation_json = create_with_text


def _keep_the_network_of_services() -> None:
    """An ECS service of a template has its network, load balancers and registries, as one that the API creates."""
    create = Service.create_from_cloudformation_json.__func__

    def as_described(value):
        if isinstance(value, list):
            return [as_described(each) for each in value]
        if isinstance(value, dict):
            return {name[0].lower() + name[1:]: as_described(each) for name, each in value.items()}
        return value

    @classmethod
    def create_with_network(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        service = create(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
        properties = as_described(cloudformation_json["Properties"])
        service.network_configuration = properties.get("networkConfiguration", {})
        service.load_balancers = properties.get("loadBalancers", [])
        service.service_registries = properties.get("serviceRegistries", [])
        return service

    Service.create_from_cloudformation_json = create_with_network


def _keep_the_roles_of_task_definitions() -> None:
    """A task definition of a template has its roles, as one that the API registers."""
    create = TaskDefinition.create_from_cloudformation_json.__func__

    @classmethod
    def create_with_roles(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        definition = create(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
        properties = cloudformation_json["Properties"]
        definition.task_role_arn = properties.get("TaskRoleArn")
        definition.execution_role_arn = properties.get("ExecutionRoleArn")
        return definition

    TaskDefinition.create_from_cloudformation_json = create_with_roles


def _add_the_account_to_events() -> None:
    """Events that a rule delivers contain the account."""
    template = EventTemplateParser.DEFAULT_EVENT_INPUT_TEMPLATE
    EventTemplateParser.DEFAULT_EVENT_INPUT_TEMPLATE = template.replace("{", '{"account": "<account>", ', 1)


def _refer_by_name() -> None:
    """`Ref` of a bus or an archive is its name; moto returns nothing."""
    for model in (Archive, EventBus):
        model.physical_resource_id = property(lambda made: made.name)


def _return_names_of_endpoints() -> None:
    """`Fn::GetAtt` of an interface endpoint's DnsEntries."""

    def get_cfn_attribute(endpoint, name):
        if name != "DnsEntries":
            raise NotImplementedError(f"attribute {name} of VPC endpoint {{0}}")
        return [f"{entry['hosted_zone_id']}:{entry['dns_name']}" for entry in endpoint.dns_entries]

    VPCEndPoint.has_cfn_attr = classmethod(lambda cls, name: name == "DnsEntries")
    VPCEndPoint.get_cfn_attribute = get_cfn_attribute


def _refuse_missing_parameters() -> None:
    """A template parameter that is missing in SSM is a validation error; moto crashes."""
    read = ResourceMap.parse_ssm_parameter

    def read_existing(self, value, value_type):
        if ssm_backends[self._account_id][self._region_name].get_parameter(value) is None:
            raise ValidationError(
                message=f"Unable to fetch parameters [{value}] from parameter store for this account."
            )
        return read(self, value, value_type)

    ResourceMap.parse_ssm_parameter = read_existing


def _keep_defaults_of_parameters() -> None:
    """An update with UsePreviousValue for a parameter that was never given: it keeps its default, moto looks for a value."""
    resolve = CloudFormationBackend._resolve_update_parameters

    def resolve_given(self, instance, incoming_params):
        given = [
            parameter
            for parameter in incoming_params
            # moto 5.1.1 has the names in snake case.
            if {"ParameterValue", "parameter_value"} & parameter.keys()
            or parameter.get("ParameterKey", parameter.get("parameter_key")) in instance.parameters
        ]
        return resolve(self, instance, given)

    CloudFormationBackend._resolve_update_parameters = resolve_given


def _count_cache_clusters() -> None:
    """Without cluster mode NumCacheClusters counts the nodes; moto looks at the replicas per node group only."""
    create = ElastiCacheBackend.create_replication_group

    @functools.wraps(create)
    def create_all_nodes(self, *args, **kwargs):
        if kwargs.get("num_cache_clusters") and not kwargs.get("replicas_per_node_group"):
            kwargs["replicas_per_node_group"] = kwargs["num_cache_clusters"] - 1
        return create(self, *args, **kwargs)

    ElastiCacheBackend.create_replication_group = create_all_nodes


def _leave_messages_in_their_queue() -> None:
    """moto runs the functions of event source mappings in Docker, if it is available. Here the test receives the messages
    and runs the function; the emulator only stores the mapping."""
    Queue.lambda_event_source_mappings = property(lambda queue: {}, lambda queue, mappings: None)


def _map_to_aliases() -> None:
    """An event source mapping keeps the alias that it was given; moto looks up its version."""
    create = LambdaBackend.create_event_source_mapping

    def create_as_given(self, spec):
        mapping = create(self, spec)
        if spec["FunctionName"].startswith("arn:"):
            mapping.function_arn = spec["FunctionName"]
        return mapping

    LambdaBackend.create_event_source_mapping = create_as_given


def _read_tags() -> None:
    """Templates write the tags of a KMS key as a list of Key and Value, and those of an SSM parameter as a map; moto wants
    them as in the services' APIs."""
    _convert_tags(Key, lambda tags: [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags])
    _convert_tags(Parameter, lambda tags: [{"Key": key, "Value": value} for key, value in tags.items()])


def _convert_tags(model, convert) -> None:
    create = model.create_from_cloudformation_json.__func__

    @classmethod
    def create_with_tags(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        if "Tags" in properties:
            properties = {**properties, "Tags": convert(properties["Tags"])}
        template = {**cloudformation_json, "Properties": properties}
        return create(cls, resource_name, template, account_id, region_name, **kwargs)

    model.create_from_cloudformation_json = create_with_tags


def _show_alarms_in_their_state() -> None:
    """DescribeAlarms with a prefix and a state: moto looks at the prefix only."""
    describe = CloudWatchResponse.describe_alarms

    def describe_in_state(self):
        answer = describe(self)
        state = self._get_param("StateValue")
        if state is not None:
            for kind, alarms in answer.result.items():
                answer.result[kind] = [alarm for alarm in alarms if alarm.state_value == state]
        return answer

    CloudWatchResponse.describe_alarms = describe_in_state
