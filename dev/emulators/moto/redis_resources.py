"""The resource types of ElastiCache."""

from typing import Any

from moto.cloudformation.exceptions import ValidationError

from resource import Resource


class CacheSubnetGroup(Resource):
    type = "AWS::ElastiCache::SubnetGroup"

    def create(self) -> None:
        self.id = self.properties.get("CacheSubnetGroupName", self.id.lower())
        self.client("elasticache").create_cache_subnet_group(
            CacheSubnetGroupName=self.id,
            CacheSubnetGroupDescription=self.properties["Description"],
            SubnetIds=self.properties["SubnetIds"],
        )

    def update(self) -> None:
        """Nothing of it changes here."""


class CacheParameterGroup(Resource):
    type = "AWS::ElastiCache::ParameterGroup"
    attribute_names = ("CacheParameterGroupName",)

    def create(self) -> None:
        properties = self.properties
        self.id = properties.get("CacheParameterGroupName", self.id.lower())
        self.attributes["CacheParameterGroupName"] = self.id
        self.client("elasticache").create_cache_parameter_group(
            CacheParameterGroupName=self.id,
            CacheParameterGroupFamily=properties["CacheParameterGroupFamily"],
            Description=properties["Description"],
        )
        self.update()

    def update(self) -> None:
        values = self.properties.get("Properties", {})
        self.client("elasticache").modify_cache_parameter_group(
            CacheParameterGroupName=self.id,
            ParameterNameValues=[
                {"ParameterName": name, "ParameterValue": str(value)} for name, value in values.items()
            ],
        )

    def delete(self) -> None:
        self.client("elasticache").delete_cache_parameter_group(CacheParameterGroupName=self.id)


class ReplicationGroup(Resource):
    type = "AWS::ElastiCache::ReplicationGroup"
    attribute_names = (
        "PrimaryEndPoint.Address",
        "PrimaryEndPoint.Port",
        "ReaderEndPoint.Address",
        "ConfigurationEndPoint.Address",
    )

    def create(self) -> None:
        properties = {"ReplicationGroupId": self.id.lower()[:40].strip("-"), **self.properties}
        self.id = properties["ReplicationGroupId"]
        properties = {key: self._typed(key, value) for key, value in properties.items()}
        self.token = properties.get("AuthToken")
        answer = self.client("elasticache").create_replication_group(**properties)
        configuration = answer["ReplicationGroup"].get("ConfigurationEndpoint")
        if configuration is not None:
            self.attributes = {"ConfigurationEndPoint.Address": configuration["Address"]}
            return
        endpoint = answer["ReplicationGroup"]["NodeGroups"][0]["PrimaryEndpoint"]
        self.attributes = {
            "PrimaryEndPoint.Address": endpoint["Address"],
            "PrimaryEndPoint.Port": str(endpoint["Port"]),
            "ReaderEndPoint.Address": endpoint["Address"].replace("master.", "replica.", 1),
        }

    def update(self) -> None:
        # Each update resolves the reference again. `AuthToken` is conditionally create-only and has no strategy to change it.
        if self.token != self._typed("AuthToken", self.properties.get("AuthToken")):
            raise ValidationError(message=f"AuthToken of {self.id} cannot be changed by an update of the replication group.")
        kept = ("AutomaticFailoverEnabled", "MultiAZEnabled", "CacheNodeType", "EngineVersion", "SnapshotRetentionLimit")
        changed = {key: self._typed(key, self.properties[key]) for key in kept if key in self.properties}
        self.client("elasticache").modify_replication_group(
            ReplicationGroupId=self.id, ApplyImmediately=True, **changed
        )
        if "NumCacheClusters" in self.properties:
            self._count_nodes(int(self.properties["NumCacheClusters"]))
        self.client("elasticache").describe_replication_groups(ReplicationGroupId=self.id)

    def _count_nodes(self, wanted: int) -> None:
        client = self.client("elasticache")
        [group] = client.describe_replication_groups(ReplicationGroupId=self.id)["ReplicationGroups"]
        nodes = len(group["MemberClusters"])
        if nodes != wanted:
            change = client.increase_replica_count if nodes < wanted else client.decrease_replica_count
            change(ReplicationGroupId=self.id, NewReplicaCount=wanted - 1, ApplyImmediately=True)

    def delete(self) -> None:
        self.client("elasticache").delete_replication_group(ReplicationGroupId=self.id)
        self.client("elasticache").describe_replication_groups(ReplicationGroupId=self.id)

    def _typed(self, key: str, value: Any) -> Any:
        if key in ("NumCacheClusters", "NumNodeGroups", "Port", "ReplicasPerNodeGroup", "SnapshotRetentionLimit"):
            return int(value)
        return self.resolved(value) if key == "AuthToken" else value


class User(Resource):
    type = "AWS::ElastiCache::User"
    attribute_names = ("Arn",)

    def create(self) -> None:
        self.id = self.properties["UserId"]
        answer = self.client("elasticache").create_user(
            UserId=self.id,
            UserName=self.properties["UserName"],
            Engine=self.properties["Engine"],
            AccessString=self.properties["AccessString"],
            AuthenticationMode={"Type": "password", "Passwords": self._passwords()},
        )
        self.attributes["Arn"] = answer["ARN"]

    def update(self) -> None:
        """Resolves the references again: the current password is the only one then."""
        self.client("elasticache").modify_user(
            UserId=self.id, AccessString=self.properties["AccessString"], Passwords=self._passwords()
        )

    def delete(self) -> None:
        self.client("elasticache").delete_user(UserId=self.id)

    def _passwords(self) -> list[str]:
        return [self.resolved(password) or "" for password in self.properties["AuthenticationMode"]["Passwords"]]


class UserGroup(Resource):
    type = "AWS::ElastiCache::UserGroup"

    def create(self) -> None:
        self.id = self.properties["UserGroupId"]

    def update(self) -> None:
        """moto has no user groups: the users themselves are there."""
