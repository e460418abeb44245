"""CloudWatch Logs Insights' queries of JSON lines: moto returns every line, and none of the fields in it.

Only what the saved queries of a message need: `fields`, `filter` with `@message like '…'` and `ispresent(…)` joined by `and`,
`sort @timestamp`, `limit`.
"""

import json
import re
from datetime import datetime, timezone
from typing import Any

from moto.logs import models


def install() -> None:
    models.execute_query = execute_query


def execute_query(log_groups: list[Any], query: str, start_time: int, end_time: int) -> list[dict[str, str]]:
    commands = dict(part.strip().split(None, 1) for part in query.split("|"))
    conditions = commands["filter"].split(" and ")
    found = [
        (event, group)
        for group in log_groups
        for stream in group.streams.values()
        for event in stream.events
        if start_time * 1000 <= event.timestamp <= end_time * 1000 + 999 and all(_holds(each, event.message) for each in conditions)
    ]
    found.sort(key=lambda pair: pair[0].timestamp, reverse=commands["sort"] != "@timestamp asc")
    names = [name.strip() for name in commands["fields"].split(",")]
    return [_row(names, event, group) for event, group in found[: int(commands["limit"])]]


def _holds(condition: str, message: str) -> bool:
    like = re.fullmatch(r"@message like '([^']*)'", condition)
    if like is not None:
        return like[1] in message
    present = re.fullmatch(r"ispresent\((\w+)\)", condition)
    if present is not None:
        return present[1] in _fields(message)
    raise ValueError(f"the emulator does not know the condition {condition!r}")


def _row(names: list[str], event: Any, group: Any) -> dict[str, str]:
    time = datetime.fromtimestamp(event.timestamp / 1000, timezone.utc)
    own = {"@timestamp": time.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3], "@message": event.message, "@log": group.name}
    fields = {**_fields(event.message), **own}
    # Insights leaves out a field that the line does not have.
    return {**{name: str(fields[name]) for name in names if name in fields}, "@ptr": str(event.event_id)}


def _fields(message: str) -> dict[str, Any]:
    try:
        value = json.loads(message)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
