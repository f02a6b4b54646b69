"""How many statements a page makes, as the server's own log has them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.server import Server
from supaops.db.connect import Connection, connect

_MARK = "supaops dashboard"
_STATEMENT = re.compile(rf"^{_MARK}~LOG:  duration: [0-9.]+ ms  (?:statement|execute [^:]*):", re.M)
_SETTINGS = ("log_min_duration_statement = 0", "log_line_prefix = '%a~'")
_WRITTEN_S = 0.05
"""After which the server has written what it logs of an answer that is there."""


class Log:
    """What the server logs of the control room from now on."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._at = file.stat().st_size

    def statements(self) -> int:
        """Return how many there were since the last call."""
        time.sleep(_WRITTEN_S)
        with self._file.open(encoding="utf-8", errors="replace") as log:
            log.seek(self._at)
            text = log.read()
            self._at = log.tell()
        return len(_STATEMENT.findall(text))


@contextmanager
def logged(server: Server) -> Iterator[Log]:
    """Have the server log every statement until the block ends."""
    with connect(server.stack.admin_url, application_name="bench") as admin:
        for each in _SETTINGS:
            _set(admin, f"set {each}")
        _reload(admin)
        [row] = admin.execute("show data_directory").fetchall()
        try:
            yield Log(Path(row["data_directory"]).parent / "server.log")
        finally:
            for each in _SETTINGS:
                _set(admin, f"reset {each.partition(' ')[0]}")
            _reload(admin)


def _set(admin: Connection, what: str) -> None:
    admin.execute(f"alter system {what}".encode())


def _reload(admin: Connection) -> None:
    admin.execute("select pg_reload_conf()")
    time.sleep(1.0)  # the control room's own sessions take it up when they are idle
