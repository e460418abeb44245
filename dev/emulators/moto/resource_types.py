"""CloudFormation resource types that moto's CloudFormation leaves out. Each is made through AWS's own API (resources.py);
a type that is neither there nor in moto fails the deployment, instead of being dropped in silence."""

import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import boto3
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel

from resource import Resource
from resources import TYPES


@lru_cache
def _client(service: str, region: str, port: str) -> Any:
    return boto3.client(service, endpoint_url=f"http://127.0.0.1:{port}", region_name=region)


def install() -> None:
    def client(service: str, region: str) -> Any:
        # Asked each time: a forked account has a port of its own.
        return _client(service, region, os.environ["MOTO_PORT"])

    models, names = parsing.get_model_map(), parsing.get_name_type_map()
    for resource in TYPES:
        models[resource.type] = _model(resource, client)
        names[resource.type] = None

    known = parsing.resource_class_from_type

    def resource_class_from_type(resource_type: str) -> type[CloudFormationModel]:
        known_here = resource_type in models or resource_type.startswith("Custom::")
        if not known_here and resource_type not in parsing.NULL_MODELS:
            raise ValidationError(
                message=f"The emulator does not know {resource_type}: add it to dev/emulators/moto/resources.py"
            )
        return known(resource_type)

    parsing.resource_class_from_type = resource_class_from_type


def _model(resource: type[Resource], client: Callable[[str, str], Any]) -> type[CloudFormationModel]:
    """What moto's CloudFormation wants of a type."""

    class Model:
        def __init__(self, made: Resource) -> None:
            self.made = made

        @property
        def physical_resource_id(self) -> str:
            return self.made.id

        @staticmethod
        def has_cfn_attr(attribute: str) -> bool:
            return attribute in resource.attribute_names

        def get_cfn_attribute(self, attribute: str) -> str:
            return self.made.attributes[attribute]

        @classmethod
        def create_from_cloudformation_json(cls, name, template, account, region, **_):
            made = resource(name, template["Properties"], account, lambda service: client(service, region))
            made.create()
            return cls(made)

        @classmethod
        def update_from_cloudformation_json(
            cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
        ):
            original_resource.made.properties = cloudformation_json["Properties"]
            original_resource.made.update_policy = cloudformation_json.get("UpdatePolicy", {})
            original_resource.made.update()
            return original_resource

        def delete(self, account: str, region: str) -> None:
            self.made.delete()

        @staticmethod
        def is_created() -> bool:
            return True

    return Model
