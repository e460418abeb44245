"""Lua scripts, each one atomic step."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence

from .connection import Argument, RedisConnection
from .lua_texts import lua_text
from .reported_error import ReportedError


class Script:
    """A script, sent by its digest, or by its text if the server does not have it (a new node, SCRIPT FLUSH)."""

    def __init__(self, name: str) -> None:
        self.text = lua_text(name)
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()

    async def run(self, connection: RedisConnection, keys: Sequence[str], args: Sequence[Argument]) -> object:
        """The script's reply; the header of the file in queue/lua lists keys, arguments and reply."""
        try:
            return await connection.execute("EVALSHA", self.sha, len(keys), *keys, *args)
        except ReportedError as error:
            # The server ran nothing, so sending the text repeats nothing.
            if not error.is_missing_script:
                raise
        return await connection.execute("EVAL", self.text, len(keys), *keys, *args)


@functools.cache
def script(name: str) -> Script:
    """The script of ``queue/lua/<name>.lua``."""
    return Script(name)
