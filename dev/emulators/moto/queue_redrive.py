"""SQS's StartMessageMoveTask and ListMessageMoveTasks: what waits in a dead letter queue goes back, at once and in whole."""

import time
from uuid import uuid4

from moto.core.responses import ActionResult
from moto.sqs.exceptions import SQSException
from moto.sqs.models import Queue, SQSBackend
from moto.sqs.responses import SQSResponse


def install() -> None:
    SQSResponse.start_message_move_task = start_message_move_task
    SQSResponse.list_message_move_tasks = list_message_move_tasks


def start_message_move_task(self: SQSResponse) -> ActionResult:
    backend = self.sqs_backend
    source = _queue(backend, self._get_param("SourceArn"))
    users = [queue for queue in backend.queues.values() if queue.dead_letter_queue is source]
    if not users:
        # A rule's or a topic's dead letter queue is none of SQS's own: the same refusal as AWS's.
        raise SQSException("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")
    destination_arn = self._get_param("DestinationArn")
    destination = users[0] if destination_arn is None else _queue(backend, destination_arn)
    with source._messages_lock:
        waiting = source.messages
        source._messages = [message for message in source._messages if message not in waiting]
    for message in waiting:
        backend.send_message(queue_name=destination.name, message_body=message.body)
    task = {
        "TaskHandle": str(uuid4()),
        "Status": "COMPLETED",
        "SourceArn": source.queue_arn,
        **({} if destination_arn is None else {"DestinationArn": destination_arn}),
        "ApproximateNumberOfMessagesMoved": len(waiting),
        "ApproximateNumberOfMessagesToMove": len(waiting),
        "StartedTimestamp": int(time.time() * 1000),
    }
    _tasks(backend).insert(0, task)
    return ActionResult({"TaskHandle": task["TaskHandle"]})


def list_message_move_tasks(self: SQSResponse) -> ActionResult:
    source = self._get_param("SourceArn")
    return ActionResult({"Results": [task for task in _tasks(self.sqs_backend) if task["SourceArn"] == source][:10]})


def _queue(backend: SQSBackend, arn: str) -> Queue:
    found = [queue for queue in backend.queues.values() if queue.queue_arn == arn]
    if not found:
        raise SQSException("ResourceNotFoundException", "The resource that you specified does not exist.")
    return found[0]


def _tasks(backend: SQSBackend) -> list[dict]:
    if not hasattr(backend, "message_move_tasks"):
        backend.message_move_tasks = []
    return backend.message_move_tasks
