"""A process that has imported what the commands need, and becomes one of them when asked.

Nine tenths of a short command's time are imports. What is forked here is a process of its own all
the same: its streams, variables, folder and exit status are what the caller gives it. Nothing that
looks at the terminal or the variables when it is imported may be among the imports.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from typing import Any

_LONGEST_REQUEST = 1 << 20
_STREAMS = 3
_ROOT = Path(__file__).parents[1]


@cache
def address() -> str:
    """Start the process, once for this one, and return the path of its socket."""
    folder = tempfile.TemporaryDirectory(prefix="supaops-zygote-")
    path = str(Path(folder.name) / "socket")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.zygote", path], cwd=_ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()

    def end() -> None:
        process.kill()
        process.communicate()
        folder.cleanup()

    atexit.register(end)
    return path


def run(
    words: Sequence[str],
    *,
    folder: Path,
    variables: Mapping[str, str],
    streams: tuple[int, int, int],
) -> socket.socket:
    """Begin ``supaops WORDS``; what is returned tells its exit status when it has ended."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(address())
    request = {"words": list(words), "folder": str(folder), "variables": dict(variables)}
    socket.send_fds(connection, [json.dumps(request).encode()], list(streams))
    return connection


def status(connection: socket.socket, timeout_s: float) -> int:
    """Await the exit status, as `subprocess` gives it.

    Raises: TimeoutError.
    """
    with connection:
        connection.settimeout(timeout_s)
        return int(connection.recv(16))


def _serve(path: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        os.write(1, b"ready\n")
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _attend(connection)
            connection.close()


def _attend(connection: socket.socket) -> None:
    """Run one command in a child, tell its status, and end; only the child returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    data, streams, *_ = socket.recv_fds(connection, _LONGEST_REQUEST, _STREAMS)
    child = os.fork()
    if child == 0:
        connection.close()
        _become(json.loads(data), streams)
    for stream in streams:
        os.close(stream)
    _, how = os.waitpid(child, 0)
    connection.send(str(os.waitstatus_to_exitcode(how)).encode())
    os._exit(0)


def _become(request: dict[str, Any], streams: Sequence[int]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["variables"])
    sys.argv = ["supaops", *request["words"]]
    assert isinstance(sys.stdout, TextIOWrapper)
    sys.stdout.reconfigure(line_buffering=os.isatty(1))  # it was a pipe before
    from supaops.cli import main  # noqa: PLC0415  now that the streams are the caller's

    main()


if __name__ == "__main__":
    import jinja2  # noqa: F401
    import pglast  # noqa: F401
    import psycopg  # noqa: F401
    import rich.table  # noqa: F401
    import typer  # noqa: F401

    import supaops.config
    import supaops.db.connect
    import supaops.plan
    import supaops.render  # noqa: F401

    _serve(sys.argv[1])
