"""A service built on examples/consumer.py whose handler does what the message's metric_name says."""
import signal
import sys
import time

from consumer import Consumer, connect_from_environment


def handle(message, delivery):
    wish = message["payload"]["metric_name"]
    print(f"{message['message_id']} try {message['retry_count']}", flush=True)
    if wish == "fails":
        raise ValueError("the chain did not answer")
    if wish == "fails once" and message["retry_count"] == 0:
        raise ValueError("the chain did not answer")
    if wish == "takes three leases":
        time.sleep(3 * consumer.lease_ms / 1000)
    if wish == "waits":
        sys.stdin.readline()
    print(f"{message['message_id']} done, {'lost' if delivery.lost.is_set() else 'held'}", flush=True)


consumer = Consumer(*connect_from_environment(), handle, lease_seconds=0.5, first_retry_seconds=0.01)
signal.signal(signal.SIGTERM, lambda *_: consumer.stop())
consumer.run()
