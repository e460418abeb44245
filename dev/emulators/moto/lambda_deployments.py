"""Versions and aliases of functions, and CodeDeploy, which moto's CloudFormation has not: a changed alias is deployed by the group
of its update policy. It shifts all traffic at once, and none while an alarm of the group is in ALARM."""

from moto.cloudformation.exceptions import ValidationError

from resource import Resource


class Version(Resource):
    type = "AWS::Lambda::Version"
    attribute_names = ("FunctionArn", "Version")

    def create(self) -> None:
        made = self.client("lambda").publish_version(FunctionName=self.properties["FunctionName"])
        self.id = made["FunctionArn"]
        self.attributes = {"FunctionArn": made["FunctionArn"], "Version": made["Version"]}

    def update(self) -> None:
        """A version never changes: the tags of its function may have."""

    def delete(self) -> None:
        self.client("lambda").delete_function(
            FunctionName=self.properties["FunctionName"], Qualifier=self.attributes["Version"]
        )


class Application(Resource):
    type = "AWS::CodeDeploy::Application"

    def create(self) -> None:
        """Nothing but a name."""


class DeploymentGroup(Resource):
    type = "AWS::CodeDeploy::DeploymentGroup"
    #: The names of the alarms, by the name of the group.
    alarms: dict[str, list[str]] = {}

    def create(self) -> None:
        configuration = self.properties.get("AlarmConfiguration", {})
        self.alarms[self.id] = [alarm["Name"] for alarm in configuration.get("Alarms", [])]


class Alias(Resource):
    type = "AWS::Lambda::Alias"

    def create(self) -> None:
        self.id = self.client("lambda").create_alias(**self._target())["AliasArn"]

    def update(self) -> None:
        policy = self.update_policy.get("CodeDeployLambdaAliasUpdate")
        if policy is not None:
            names = DeploymentGroup.alarms[policy["DeploymentGroupName"]]
            alarms = self.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
            active = [alarm["AlarmName"] for alarm in alarms if alarm["StateValue"] == "ALARM"]
            if active:
                raise ValidationError(message=f"CodeDeploy deployment rolled back: {', '.join(active)} in ALARM")
        self.client("lambda").update_alias(**self._target())

    def delete(self) -> None:
        self.client("lambda").delete_alias(
            FunctionName=self.properties["FunctionName"], Name=self.properties["Name"]
        )

    def _target(self) -> dict[str, str]:
        return {name: self.properties[name] for name in ("FunctionName", "Name", "FunctionVersion")}
