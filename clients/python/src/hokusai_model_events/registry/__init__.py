"""For the registry: the event, the outbox that stores it, and the relay that sends it."""

from ..errors import ContractError, ModelEventsError, SettingsError, Violation
from .async_outbox import AsyncOutbox
from .database import Database, DatabaseError
from .event_bus import EventBus
from .model_registered import ModelRegistered
from .outbox import Outbox, OutboxError
from .relay import Batch, Relay

__all__ = [
    "AsyncOutbox",
    "Batch",
    "ContractError",
    "Database",
    "DatabaseError",
    "EventBus",
    "ModelEventsError",
    "ModelRegistered",
    "Outbox",
    "OutboxError",
    "Relay",
    "SettingsError",
    "Violation",
]
