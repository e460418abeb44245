"""A service in Python: the package's consumer, whose handler writes a journal and does what the model's name asks for."""

import importlib.util
import os
import signal
import time

import clock_and_dns

clock_and_dns.arrange()

from hokusai_model_events.consumer import (  # noqa: E402
    ConnectionOptions,
    Consumer,
    ConsumerEvent,
    ConsumerOptions,
    DeadLetterError,
    Delivery,
    Message,
)
from hokusai_model_events.settings import RedisSettings  # noqa: E402

OUTAGE_FILE = os.environ.get("FAULTS_OUTAGE_FILE", "")
# The pauses are those of the defaults at 1:100. The breaker's are not a setting; the previous version has no breaker.
SCALE = 100
if importlib.util.find_spec("hokusai_model_events.consumer.breaker"):
    from hokusai_model_events.consumer import breaker

    breaker._FIRST_PAUSE_SECONDS /= SCALE
    breaker._LONGEST_PAUSE_SECONDS /= SCALE


def handle(message: Message, delivery: Delivery) -> None:
    model = str(message.payload["model_id"])
    if OUTAGE_FILE and os.path.exists(OUTAGE_FILE):
        raise ConnectionError("the downstream service is away")
    if model == "refused":
        raise DeadLetterError("the model is not for this service")
    if model == "fails":
        raise ValueError("the chain did not answer")
    if model == "crashes" and message.redrive_count == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    if model == "slow":
        time.sleep(float(os.environ["FAULTS_SLOW_SECONDS"]))
    clock_and_dns.record(message.message_id, f"{message.retry_count}.{message.redrive_count}")


def report(event: ConsumerEvent) -> None:
    print(event.name, event.message_id, event.error, flush=True)


consumer = Consumer(
    RedisSettings.from_environment(),
    handle,
    ConsumerOptions(
        concurrency=int(os.environ.get("FAULTS_CONCURRENCY", "4")),
        prefetch=4,
        lease_seconds=5,
        first_retry_seconds=float(os.environ.get("FAULTS_FIRST_RETRY_SECONDS", 10 / SCALE)),
        longest_retry_seconds=600 / SCALE,
        stop_seconds=2,
        block_seconds=1,
        name=os.environ["FAULTS_NAME"],
    ),
    connection=ConnectionOptions(connect_timeout_seconds=2, command_timeout_seconds=2),
    listener=report,
)
signal.signal(signal.SIGTERM, lambda *_: consumer.stop())
consumer.run()
