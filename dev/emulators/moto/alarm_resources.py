"""Alarms and what hears of them, which moto's CloudFormation has not."""

import json

from resource import Resource


class MetricAlarm(Resource):
    type = "AWS::CloudWatch::Alarm"
    attribute_names = ("Arn",)

    def create(self) -> None:
        cloudwatch = self.client("cloudwatch")
        cloudwatch.put_metric_alarm(**self.properties)
        self.id = self.properties["AlarmName"]
        (made,) = cloudwatch.describe_alarms(AlarmNames=[self.id])["MetricAlarms"]
        self.attributes = {"Arn": made["AlarmArn"]}

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


class TopicPolicy(Resource):
    type = "AWS::SNS::TopicPolicy"

    def create(self) -> None:
        policy = json.dumps(self.properties["PolicyDocument"])
        for topic in self.properties["Topics"]:
            self.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
