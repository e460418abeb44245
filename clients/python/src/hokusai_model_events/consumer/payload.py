# GENERATED from contract/*.ts by `npm run generate`; do not edit.
"""The payload of a ``model_ready_to_deploy`` message."""

from __future__ import annotations

from decimal import Decimal
from typing import TypedDict


class PerformanceData(TypedDict, total=False):
    current_value: int | Decimal


class _RequiredPayload(TypedDict):
    model_id: str
    token_symbol: str
    metric_name: str
    baseline_value: int | Decimal
    performance_data: PerformanceData


class Payload(_RequiredPayload, total=False):
    """Fields that the contract does not know are kept as well."""

    model_name: str
    model_version: str
    mlflow_run_id: str
    experiment_name: str
    contributor_address: str
    tags: dict[str, str]
