"""The resource types of ElastiCache Serverless and of MemoryDB."""

from typing import Any

from resource import Resource


def given(properties: dict[str, Any], *names: str) -> dict[str, Any]:
    """The properties with these names that the template has. CloudFormation's numbers may come as text."""
    found = {name: properties[name] for name in names if name in properties}
    return {name: int(value) if isinstance(value, str) and value.isdigit() else value for name, value in found.items()}


class ServerlessCache(Resource):
    type = "AWS::ElastiCache::ServerlessCache"
    attribute_names = ("Endpoint.Address", "Endpoint.Port")

    def create(self) -> None:
        properties = self.properties
        self.id = properties["ServerlessCacheName"]
        settings = given(properties, "Description", "KmsKeyId", "SecurityGroupIds", "SubnetIds", "UserGroupId")
        settings |= given(properties, "SnapshotRetentionLimit", "DailySnapshotTime")
        cache = self.client("elasticache").create_serverless_cache(
            ServerlessCacheName=self.id,
            Engine=properties["Engine"],
            MajorEngineVersion=str(properties["MajorEngineVersion"]),
            **settings,
        )["ServerlessCache"]
        self.attributes = {
            "Endpoint.Address": cache["Endpoint"]["Address"],
            "Endpoint.Port": str(cache["Endpoint"]["Port"]),
        }

    def update(self) -> None:
        """Nothing of it changes here."""

    def delete(self) -> None:
        self.client("elasticache").delete_serverless_cache(ServerlessCacheName=self.id)


class MemoryDbSubnetGroup(Resource):
    type = "AWS::MemoryDB::SubnetGroup"

    def create(self) -> None:
        self.id = self.properties["SubnetGroupName"]
        settings = given(self.properties, "SubnetGroupName", "Description", "SubnetIds")
        self.client("memorydb").create_subnet_group(**settings)

    def update(self) -> None:
        """Nothing of it changes here."""

    def delete(self) -> None:
        self.client("memorydb").delete_subnet_group(SubnetGroupName=self.id)


class MemoryDbParameterGroup(Resource):
    """moto keeps no values of parameters: they are asserted on the template."""

    type = "AWS::MemoryDB::ParameterGroup"

    def create(self) -> None:
        self.id = self.properties["ParameterGroupName"]
        settings = given(self.properties, "ParameterGroupName", "Family", "Description")
        self.client("memorydb").create_parameter_group(**settings)

    def update(self) -> None:
        """Nothing of it changes here."""

    def delete(self) -> None:
        self.client("memorydb").delete_parameter_group(ParameterGroupName=self.id)


class MemoryDbUser(Resource):
    type = "AWS::MemoryDB::User"
    attribute_names = ("Arn",)

    def create(self) -> None:
        self.id = self.properties["UserName"]
        self.attributes["Arn"] = f"arn:aws:memorydb:us-east-1:{self.account}:user/{self.id}"
        self.client("memorydb").create_user(**self._settings())

    def update(self) -> None:
        """Resolves the references again: the current password is the only one then."""
        self.client("memorydb").update_user(**self._settings())

    def delete(self) -> None:
        self.client("memorydb").delete_user(UserName=self.id)

    def _settings(self) -> dict[str, Any]:
        mode = self.properties["AuthenticationMode"]
        passwords = [self.resolved(password) or "" for password in mode["Passwords"]]
        return {
            "UserName": self.id,
            "AccessString": self.properties["AccessString"],
            "AuthenticationMode": {"Type": mode["Type"], "Passwords": passwords},
        }


class AccessControlList(Resource):
    type = "AWS::MemoryDB::ACL"

    def create(self) -> None:
        self.id = self.properties["ACLName"]
        self.client("memorydb").create_acl(**given(self.properties, "ACLName", "UserNames"))

    def update(self) -> None:
        """Nothing of it changes here."""

    def delete(self) -> None:
        self.client("memorydb").delete_acl(ACLName=self.id)


class MemoryDbCluster(Resource):
    type = "AWS::MemoryDB::Cluster"
    attribute_names = ("ClusterEndpoint.Address", "ClusterEndpoint.Port")

    def create(self) -> None:
        properties = self.properties
        self.id = properties["ClusterName"]
        settings = given(properties, "NodeType", "ParameterGroupName", "Description", "SubnetGroupName", "SecurityGroupIds")
        settings |= given(properties, "NumShards", "NumReplicasPerShard", "Port", "TLSEnabled", "KmsKeyId", "ACLName")
        settings |= given(properties, "SnapshotRetentionLimit", "SnapshotWindow", "MaintenanceWindow")
        cluster = self.client("memorydb").create_cluster(
            ClusterName=self.id,
            Engine=properties["Engine"],
            EngineVersion=str(properties["EngineVersion"]),
            **settings,
        )["Cluster"]
        endpoint = cluster["ClusterEndpoint"]
        self.attributes = {
            "ClusterEndpoint.Address": endpoint["Address"],
            "ClusterEndpoint.Port": str(endpoint["Port"]),
        }

    def update(self) -> None:
        """Nothing of it changes here."""

    def delete(self) -> None:
        self.client("memorydb").delete_cluster(ClusterName=self.id)


TYPES: tuple[type[Resource], ...] = (
    ServerlessCache,
    MemoryDbSubnetGroup,
    MemoryDbParameterGroup,
    MemoryDbUser,
    AccessControlList,
    MemoryDbCluster,
)
