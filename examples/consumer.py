"""A service in Python that acts on registered models. Needs the package hokusai-model-events[consumer].

    REDIS_HOST=… REDIS_PORT=6379 REDIS_AUTH_TOKEN=… MODEL_EVENTS_QUEUE=model_events python3 examples/consumer.py

SSL_CERT_FILE names the authority of the server's certificate where it is not a public one (`make local`).
"""

import signal
import sys

from hokusai_model_events.consumer import Consumer, ConsumerOptions, DeadLetterError, Delivery, Message
from hokusai_model_events.errors import SettingsError
from hokusai_model_events.settings import RedisSettings


def deploy(message: Message, delivery: Delivery) -> None:
    """The service's own work goes here; it must be harmless to do it twice for one message_id."""
    current, baseline = message.payload["performance_data"].get("current_value"), message.payload["baseline_value"]
    if current is not None and current < baseline:
        raise DeadLetterError(f"current value {current} is below the baseline {baseline}", "BELOW_BASELINE")
    print(f"{message.message_id} deploy {message.payload['token_symbol']}: {message.payload_text}", flush=True)


try:
    settings = RedisSettings.from_environment()
except SettingsError as error:
    sys.exit(str(error))
consumer = Consumer(settings, deploy, ConsumerOptions(prefetch=4))
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: consumer.stop())
consumer.run()
