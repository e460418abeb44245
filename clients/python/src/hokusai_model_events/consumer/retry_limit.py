"""One retry limit for a subscription: the one in its configuration, unless the consumer's code sets another."""

from __future__ import annotations

import dataclasses

from hokusai_model_events.contract_data import MAX_RETRIES
from hokusai_model_events.errors import SettingsError
from hokusai_model_events.settings import RedisSettings

from .options import ConsumerOptions


def with_retry_limit(options: ConsumerOptions, settings: RedisSettings) -> ConsumerOptions:
    """The options with the subscription's limit, if the code sets none."""
    if options.max_retries is not None or settings.max_retries is None:
        return options
    return dataclasses.replace(options, max_retries=settings.max_retries)


def differing_retry_limits(options: ConsumerOptions, settings: RedisSettings) -> SettingsError | None:
    """The warning for a consumer whose code sets another limit than its subscription."""
    in_code, configured = options.max_retries, settings.max_retries
    if in_code is None or configured is None or in_code == configured:
        return None
    return SettingsError(
        f"max_retries is {in_code} in the consumer's code and {configured} in {MAX_RETRIES}, the subscription's configuration,"
        f" which the monitor uses for claims of dead consumers: remove it from the code, or change the configuration"
    )
