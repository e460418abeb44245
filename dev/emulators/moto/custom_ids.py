"""Lets a caller choose the id of a VPC, subnet or security group, and the random part of a Redis endpoint, by the tag
`_custom_id_`. moto itself does so for other resources, such as the six characters behind a secret's name."""

import functools
import inspect
import threading
from types import ModuleType

from moto.ec2.models import security_groups, subnets, vpcs
from moto.elasticache.models import ElastiCacheBackend
from moto.utilities.id_generator import moto_id_manager


def install() -> None:
    _accept_custom_id(vpcs.VPCBackend, "create_vpc", vpcs, "random_vpc_id")
    _accept_custom_id(subnets.SubnetBackend, "create_subnet", subnets, "random_subnet_id")
    _accept_custom_id(
        security_groups.SecurityGroupBackend, "create_security_group", security_groups, "random_security_group_id"
    )
    _accept_custom_endpoint()


def custom_id(tags: object) -> str | None:
    """moto hands tags about as a list, as a dict, and as a dict of dicts by the kind of resource."""
    if isinstance(tags, dict):
        for of_a_kind in tags.values():
            if isinstance(of_a_kind, dict):
                return custom_id(of_a_kind)
    return moto_id_manager.get_id_from_tags({"tags": tags})


def _accept_custom_id(backend: type, creation: str, module: ModuleType, generator: str) -> None:
    create, generate = getattr(backend, creation), getattr(module, generator)
    parameters = inspect.signature(create)
    current = threading.local()

    @functools.wraps(create)
    def create_with_custom_id(*args, **kwargs):
        before = getattr(current, "id", None)
        current.id = custom_id(parameters.bind(*args, **kwargs).arguments.get("tags"))
        try:
            return create(*args, **kwargs)
        finally:
            current.id = before

    setattr(backend, creation, create_with_custom_id)
    setattr(module, generator, lambda: getattr(current, "id", None) or generate())


def _accept_custom_endpoint() -> None:
    create = ElastiCacheBackend.create_replication_group

    @functools.wraps(create)
    def create_at_given_endpoint(self, *args, tags=None, **kwargs):
        group = create(self, *args, tags=tags, **kwargs)
        given = custom_id(tags)
        if given is not None:
            group.node_groups = _with_domain(group.node_groups, group.replication_group_id, given)
        return group

    ElastiCacheBackend.create_replication_group = create_at_given_endpoint


def _with_domain(value: object, group: str, domain: str) -> object:
    """The same structure, with `domain` behind the group's name in every host name, as in master.GROUP.domain.use1.…"""
    if isinstance(value, dict):
        return {key: _with_domain(part, group, domain) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_domain(part, group, domain) for part in value]
    if isinstance(value, str) and f".{group}." in value:
        before, after = value.split(f".{group}.", 1)
        return f"{before}.{group}.{domain}.{after.split('.', 1)[1]}"
    return value
