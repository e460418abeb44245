"""Take ``model_ready_to_deploy`` messages from a queue: leases, retries, dead letters, reconnection. Requires redis-py."""

try:
    import redis as _redis  # type: ignore[reportUnusedImport]
except ModuleNotFoundError as error:
    if error.name != "redis":
        raise
    raise ModuleNotFoundError(
        "redis is missing: pip install 'hokusai-model-events[consumer]'", name=error.name, path=error.path
    ) from None

from .async_consumer import AsyncConsumer
from .connection_options import ConnectionOptions, TokenSource
from .delivery import AsyncHandler, DeadLetterError, Delivery, Handler, SnoozeError
from .events import ConsumerEvent, Listener
from .faults import FaultName, Reaction, RedisFaultError
from .health import Health, check_health, check_health_async
from .health_checks import HealthThresholds
from .message import Message, UnreadableMessageError
from .options import ConsumerOptions
from .payload import Payload, PerformanceData
from .reports import ConsumerReport, ReportListener
from .status import ConsumerState, ConsumerStatus
from .sync_consumer import Consumer

__all__ = [
    "AsyncConsumer",
    "AsyncHandler",
    "ConnectionOptions",
    "Consumer",
    "ConsumerEvent",
    "ConsumerOptions",
    "ConsumerReport",
    "ConsumerState",
    "ConsumerStatus",
    "DeadLetterError",
    "Delivery",
    "FaultName",
    "Handler",
    "Health",
    "HealthThresholds",
    "Listener",
    "Message",
    "Payload",
    "PerformanceData",
    "Reaction",
    "RedisFaultError",
    "ReportListener",
    "SnoozeError",
    "TokenSource",
    "UnreadableMessageError",
    "check_health",
    "check_health_async",
]
