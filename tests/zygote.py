"""A process that has done what each command begins with, and becomes one of them when asked.

Nine tenths of a short command's time are imports, and templates to be compiled. What is forked here
is a process of its own all the same: its streams, variables, folder and exit status are what the
caller gives it. Nothing that looks at the terminal or the variables when it is imported may be
among the imports.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

_LONGEST_REQUEST = 1 << 20
_NUMBER = 16
_STREAMS = 3
_READY = b"ready\n"
_ROOT = Path(__file__).parents[1]
_PROGRAM = """\
#!{python} -IS
import json, os, socket, sys

with socket.socket(socket.AF_UNIX) as connection:
    connection.connect({address!r})
    request = dict(words=sys.argv[1:], folder=os.getcwd(), variables=dict(os.environ))
    socket.send_fds(connection, [json.dumps(request).encode()], [0, 1, 2])
    connection.recv({number})
    sys.exit(int(connection.recv({number})))
"""


@cache
def address(*modules: str) -> str:
    """Start the process, once for this one, and return the path of its socket.

    Args:    modules: what it imports beside what every command needs.
    """
    folder = tempfile.TemporaryDirectory(prefix="supaops-zygote-")
    path = str(Path(folder.name) / "socket")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.zygote", path, *modules], cwd=_ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == _READY, "it ended at once; what it wrote is above"

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
    modules: tuple[str, ...] = (),
) -> Process:
    """Begin ``supaops WORDS``."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(address(*modules))
    request = {"words": list(words), "folder": str(folder), "variables": dict(variables)}
    socket.send_fds(connection, [json.dumps(request).encode()], list(streams))
    return Process(connection)


def install(folder: Path) -> None:
    """Make a program `supaops` in a folder, for scripts that find it on their PATH."""
    path = folder / "supaops"
    text = _PROGRAM.format(python=sys.executable, address=address(), number=_NUMBER)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


class Process:
    """A process that was forked for this one; its methods are those of `subprocess.Popen`."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.pid = int(connection.recv(_NUMBER))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, or None when there is none yet."""
        with suppress(TimeoutError, BlockingIOError):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Await the exit status.

        Raises: TimeoutError.
        """
        if self.returncode is None:
            self._connection.settimeout(timeout)
            self.returncode = int(self._connection.recv(_NUMBER))
            self._connection.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _serve(path: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        os.write(1, _READY)
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
    connection.send(f"{child:{_NUMBER}}".encode())
    for stream in streams:
        os.close(stream)
    _, how = os.waitpid(child, 0)
    connection.send(f"{os.waitstatus_to_exitcode(how):{_NUMBER}}".encode())
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

    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, int):
            _leave(end.code)
        raise


def _leave(status: int) -> None:
    """End without Python's own end, which takes down all that is shared and so copies it first.

    What a program may ask of its end is done; where output cannot be written, the caller ends in
    the usual way.
    """
    threading._shutdown()  # type: ignore[attr-defined]  # as Python itself: it awaits the threads
    atexit._run_exitfuncs()
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


_ROOMS = ("apply", "checks", "db", "jobs", "plan", "render", "report")


def _import_rooms() -> None:
    for room in _ROOMS:
        package = import_module(f"supaops.{room}")
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(found.name)


if __name__ == "__main__":
    import rich.table  # noqa: F401
    import typer  # noqa: F401

    import supaops.local  # noqa: F401
    from tests.remembering import remember, warm_up

    _import_rooms()
    for module in sys.argv[2:]:
        import_module(module)
    remember()
    warm_up()
    gc.freeze()  # it is shared by all, and garbage of none
    _serve(sys.argv[1])
