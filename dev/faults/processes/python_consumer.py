"""A service in Python: the package's consumer, whose handler writes a journal and does what the model's name asks for."""

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
    Delivery,
    Message,
)
from hokusai_model_events.settings import RedisSettings  # noqa: E402


def handle(message: Message, delivery: Delivery) -> None:
    model = str(message.payload["model_id"])
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
        concurrency=4,
        prefetch=4,
        lease_seconds=5,
        first_retry_seconds=0.1,
        longest_retry_seconds=0.5,
        stop_seconds=2,
        block_seconds=1,
        name=os.environ["FAULTS_NAME"],
    ),
    connection=ConnectionOptions(connect_timeout_seconds=2, command_timeout_seconds=2),
    listener=report,
)
signal.signal(signal.SIGTERM, lambda *_: consumer.stop())
consumer.run()
