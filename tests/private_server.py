"""A server of a test's own, which the test may stop and kill."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from supaops.db.connect import connect
from supaops.local import Stack, down, process, up
from tests.logins import lighten
from tests.waiting import until

How = Literal["fast", "immediate", "kill"]

# What `pg_ctl stop -m` sends to the server.
SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT, "kill": signal.SIGKILL}


@dataclass
class PrivateServer:
    """A stack in a folder of its own, which the server's account may enter."""

    root: Path
    parameters: Mapping[str, str] = field(default_factory=dict)
    stack: Stack = field(init=False)

    def __post_init__(self) -> None:
        self.start()
        lighten(self.stack)

    def start(self) -> None:
        """Start it again; the URL stays as it was."""
        self.stack = up(self.root, durable=False, parameters=self.parameters)

    def stop(self, how: How) -> None:
        """Stop it as `pg_ctl stop -m fast` or `immediate` would, or kill it."""
        with connect(self.stack.admin_url) as admin:
            row = admin.execute(
                "select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as pid"
            ).fetchone()
        assert row is not None
        os.kill(row["pid"], SIGNALS[how])
        until(lambda: not process.command(row["pid"]))

    def restart(self, how: How) -> None:
        self.stop(how)
        self.start()


@contextmanager
def private_server(**parameters: str) -> Iterator[PrivateServer]:
    """Start a server with these lines in its configuration, and remove it at the end."""
    with tempfile.TemporaryDirectory(prefix="supaops-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        try:
            yield PrivateServer(folder, parameters)
        finally:
            down(folder, purge=True)
