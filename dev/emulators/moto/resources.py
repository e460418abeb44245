"""The resource types that our stacks use and moto's CloudFormation has not, but for those of ElastiCache."""

import json
from typing import Any

from botocore.exceptions import ClientError

from alarm_resources import CompositeAlarm, Dashboard, MetricAlarm, QueryDefinition, TopicPolicy, TopicSubscription
from lambda_deployments import Alias, Application, DeploymentGroup, Version
from redis_kinds_resources import TYPES as REDIS_KINDS
from redis_resources import CacheParameterGroup, CacheSubnetGroup, ReplicationGroup, User, UserGroup
from resource import Resource


class BucketPolicy(Resource):
    """Not set: moto would obey it, and the rule that lets in TLS only would refuse every client of a server without TLS."""

    type = "AWS::S3::BucketPolicy"

    def create(self) -> None:
        pass


class QueuePolicy(Resource):
    type = "AWS::SQS::QueuePolicy"

    def create(self) -> None:
        self._set(json.dumps(self.properties["PolicyDocument"]))

    def delete(self) -> None:
        self._set("")

    def _set(self, policy: str) -> None:
        for url in self.properties["Queues"]:
            self.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


class SecurityGroupEgress(Resource):
    type = "AWS::EC2::SecurityGroupEgress"

    def create(self) -> None:
        self.client("ec2").authorize_security_group_egress(**self._rule())

    def delete(self) -> None:
        try:
            self.client("ec2").revoke_security_group_egress(**self._rule())
        except ClientError as error:
            # moto replaces a group whose own rules change, and leaves the rules that refer to it with the old one.
            if error.response["Error"]["Code"] != "InvalidGroup.NotFound":
                raise

    def _rule(self) -> dict[str, Any]:
        properties = self.properties
        rule: dict[str, Any] = {key: properties[key] for key in ("IpProtocol", "FromPort", "ToPort")}
        if "CidrIp" in properties:
            rule["IpRanges"] = [{"CidrIp": properties["CidrIp"]}]
        if "DestinationSecurityGroupId" in properties:
            rule["UserIdGroupPairs"] = [{"GroupId": properties["DestinationSecurityGroupId"]}]
        return {"GroupId": properties["GroupId"], "IpPermissions": [rule]}


class Secret(Resource):
    type = "AWS::SecretsManager::Secret"
    attribute_names = ("Id",)

    def create(self) -> None:
        properties = self.properties
        given = {key: properties[key] for key in ("Description", "KmsKeyId", "Tags") if key in properties}
        answer = self.client("secretsmanager").create_secret(
            Name=properties.get("Name", self.id), SecretString=self._value(), **given
        )
        self.id = self.attributes["Id"] = answer["ARN"]

    def update(self) -> None:
        """A changed template does not change a value that was generated."""

    def delete(self) -> None:
        self.client("secretsmanager").delete_secret(SecretId=self.id, ForceDeleteWithoutRecovery=True)

    def _value(self) -> str:
        if "SecretString" in self.properties:
            return self.resolved(self.properties["SecretString"])
        wanted = dict(self.properties["GenerateSecretString"])
        template, key = wanted.pop("SecretStringTemplate", None), wanted.pop("GenerateStringKey", None)
        password = self.client("secretsmanager").get_random_password(**wanted)["RandomPassword"]
        return password if key is None else json.dumps({**json.loads(template), key: password})


class RotationSchedule(Resource):
    type = "AWS::SecretsManager::RotationSchedule"

    def create(self) -> None:
        self.client("secretsmanager").rotate_secret(
            SecretId=self.properties["SecretId"],
            RotationLambdaARN=self.properties["RotationLambdaARN"],
            RotationRules=self.properties.get("RotationRules", {}),
            RotateImmediately=self.properties.get("RotateImmediatelyOnUpdate", True),
        )


class SecretPolicy(Resource):
    type = "AWS::SecretsManager::ResourcePolicy"

    def create(self) -> None:
        self.client("secretsmanager").put_resource_policy(
            SecretId=self.properties["SecretId"], ResourcePolicy=json.dumps(self.properties["ResourcePolicy"])
        )


class FunctionUrl(Resource):
    type = "AWS::Lambda::Url"
    attribute_names = ("FunctionUrl", "FunctionArn")

    def create(self) -> None:
        answer = self.client("lambda").create_function_url_config(
            FunctionName=self.properties["TargetFunctionArn"], AuthType=self.properties["AuthType"]
        )
        self.attributes = {name: answer[name] for name in self.attribute_names}
        self.id = answer["FunctionArn"]

    def update(self) -> None:
        self.client("lambda").update_function_url_config(
            FunctionName=self.id, AuthType=self.properties["AuthType"]
        )

    def delete(self) -> None:
        self.client("lambda").delete_function_url_config(FunctionName=self.id)


class EventInvokeConfig(Resource):
    type = "AWS::Lambda::EventInvokeConfig"

    def create(self) -> None:
        properties = self.properties
        # CloudFormation's numbers may come as text.
        limits = {
            key: int(properties[key])
            for key in ("MaximumRetryAttempts", "MaximumEventAgeInSeconds")
            if key in properties
        }
        # moto has one setting for a function and all its aliases.
        self.client("lambda").put_function_event_invoke_config(FunctionName=properties["FunctionName"], **limits)

    def delete(self) -> None:
        self.client("lambda").delete_function_event_invoke_config(FunctionName=self.properties["FunctionName"])


TYPES: tuple[type[Resource], ...] = (
    QueryDefinition,
    BucketPolicy,
    QueuePolicy,
    SecurityGroupEgress,
    Secret,
    RotationSchedule,
    SecretPolicy,
    FunctionUrl,
    EventInvokeConfig,
    Version,
    Alias,
    Application,
    DeploymentGroup,
    MetricAlarm,
    CompositeAlarm,
    Dashboard,
    TopicPolicy,
    TopicSubscription,
    CacheSubnetGroup,
    CacheParameterGroup,
    ReplicationGroup,
    User,
    UserGroup,
    *REDIS_KINDS,
)
