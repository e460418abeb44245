"""Alarms, what hears of them, and dashboards, which moto's CloudFormation has not, or not in 5.1.1."""

import json

from resource import Resource


class MetricAlarm(Resource):
    type = "AWS::CloudWatch::Alarm"
    attribute_names = ("Arn",)

    def create(self) -> None:
        cloudwatch = self.client("cloudwatch")
        # CloudFormation generates the name of an alarm without one.
        self.id = self.properties.get("AlarmName", self.id)
        cloudwatch.put_metric_alarm(**self.properties | {"AlarmName": self.id})
        (made,) = cloudwatch.describe_alarms(AlarmNames=[self.id])["MetricAlarms"]
        self.attributes = {"Arn": made["AlarmArn"]}

    def update(self) -> None:
        cloudwatch, before = self.client("cloudwatch"), self.id
        (alarm,) = cloudwatch.describe_alarms(AlarmNames=[before])["MetricAlarms"]
        self.create()
        # Another name is another alarm; the same one keeps its state.
        if before != self.id:
            cloudwatch.delete_alarms(AlarmNames=[before])
        else:
            state = {key: alarm[key] for key in ("StateValue", "StateReason") if key in alarm}
            cloudwatch.set_alarm_state(AlarmName=before, **{"StateReason": "", **state})

    def delete(self) -> None:
        self.client("cloudwatch").delete_alarms(AlarmNames=[self.id])


class CompositeAlarm(Resource):
    """Not made: moto has no PutCompositeAlarm."""

    type = "AWS::CloudWatch::CompositeAlarm"
    attribute_names = ("Arn",)

    def create(self) -> None:
        self.id = self.properties["AlarmName"]
        region = self.client("cloudwatch").meta.region_name
        self.attributes = {"Arn": f"arn:aws:cloudwatch:{region}:{self.account}:alarm:{self.id}"}


class QueryDefinition(Resource):
    """Not made: moto has no PutQueryDefinition."""

    type = "AWS::Logs::QueryDefinition"

    def create(self) -> None:
        self.id = self.properties["Name"]


class TopicPolicy(Resource):
    type = "AWS::SNS::TopicPolicy"

    def create(self) -> None:
        policy = json.dumps(self.properties["PolicyDocument"])
        for topic in self.properties["Topics"]:
            self.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)


class TopicSubscription(Resource):
    type = "AWS::SNS::Subscription"

    def create(self) -> None:
        wanted = {key: self.properties[key] for key in ("TopicArn", "Protocol", "Endpoint")}
        self.id = self.client("sns").subscribe(**wanted, ReturnSubscriptionArn=True)["SubscriptionArn"]

    def delete(self) -> None:
        self.client("sns").unsubscribe(SubscriptionArn=self.id)


class Dashboard(Resource):
    type = "AWS::CloudWatch::Dashboard"

    def create(self) -> None:
        self.id = self.properties["DashboardName"]
        self.client("cloudwatch").put_dashboard(
            DashboardName=self.id, DashboardBody=self.properties["DashboardBody"]
        )

    def delete(self) -> None:
        self.client("cloudwatch").delete_dashboards(DashboardNames=[self.id])
