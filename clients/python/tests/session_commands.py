"""Runs commands one after the other in one session, for tests of a cluster: `session_commands.py '[["GET", "a"], …]'`.

Reads the settings of a consumer's container. It prints a JSON list with an object for each command:
`{"reply": reply or null, "fault": code or null, "endpoint": "host:port" of the session's node afterwards}`.
"""

from __future__ import annotations

import asyncio
import json
import sys

from hokusai_model_events.consumer.connection_options import ConnectionOptions
from hokusai_model_events.consumer.faults import RedisFaultError
from hokusai_model_events.consumer.session import RedisSession
from hokusai_model_events.settings import RedisSettings


async def run(commands: list[list[str]]) -> None:
    session = RedisSession(RedisSettings.from_environment(), ConnectionOptions())
    results = []
    for command in commands:
        reply: object = None
        fault: str | None = None
        try:
            reply = await session.use("command", lambda redis, command=command: redis.execute(*command))
        except RedisFaultError as failure:
            fault = failure.fault
        results.append({"reply": reply, "fault": fault, "endpoint": session.endpoint})
    await session.closed()
    print(json.dumps(results))


if __name__ == "__main__":
    asyncio.run(run(json.loads(sys.argv[1])))
