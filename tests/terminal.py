"""Run supaops as a process of its own, its streams in pipes or in terminals of a given width.

The process is a fork of one that has done the imports, see `zygote`.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests import zygote

SUPAOPS = Path(sys.executable).with_name("supaops")
TIMEOUT_S = 60
COLOUR = re.compile(r"\x1b\[[\d;]*m")
_CONTROL = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")
_OF_A_TERMINAL = {
    "COLUMNS",
    "LINES",
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR_FORCE",
    "COLORTERM",
    "TTY_COMPATIBLE",
}


@dataclass(frozen=True, slots=True)
class Ran:
    """What a process left: its exit status and the bytes of each stream as text."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """Return all lines as a person sees them, without colours and movements of the cursor."""
        return re.split(r"[\r\n]+", _CONTROL.sub("", f"{self.out}\n{self.err}"))


def supaops(
    *words: str,
    folder: Path,
    variables: Mapping[str, str],
    terminals: str = "",
    columns: int = 80,
    typed: str = "",
) -> Ran:
    """Run one command.

    Args:    terminals: which streams are terminals, of ``in``, ``out`` and ``err``; the others are
                 pipes, or for the input nothing.
             variables: beside those of the shell, which say nothing of its terminal.
             typed: what a person at the terminal ``in`` types.
    """
    shell = {name: value for name, value in os.environ.items() if name not in _OF_A_TERMINAL}
    with ExitStack() as stack:
        readers, writers = zip(
            *(_stream(stack, columns if name in terminals else 0) for name in ("out", "err")),
            strict=True,
        )
        keyboard = _keyboard(stack, typed) if "in " in terminals else _nothing(stack)
        status = _start(
            words,
            folder=folder,
            variables={**shell, "TERM": "xterm-256color", **variables},
            streams=(keyboard, *writers),
        )
        for writer in writers:
            os.close(writer)
        with ThreadPoolExecutor(2) as pool:
            out, err = pool.map(_read, readers)
        return Ran(status(), out, err)


def _start(
    words: Sequence[str],
    *,
    folder: Path,
    variables: Mapping[str, str],
    streams: tuple[int, int, int],
) -> Callable[[], int]:
    """Start a command; return what awaits its exit status."""
    if any(name.startswith("PYTHON") for name in variables.keys() - os.environ.keys()):
        stdin, stdout, stderr = streams
        process = subprocess.Popen(
            [SUPAOPS, *words],
            cwd=folder, env=variables, stdin=stdin, stdout=stdout, stderr=stderr,
        )  # fmt: skip
        return lambda: process.wait(TIMEOUT_S)  # the interpreter reads them at its start
    running = zygote.run(words, folder=folder, variables=variables, streams=streams)
    return lambda: running.wait(TIMEOUT_S)


def _nothing(stack: ExitStack) -> int:
    """Return an input that is at its end."""
    descriptor = os.open(os.devnull, os.O_RDONLY)
    stack.callback(os.close, descriptor)
    return descriptor


def _stream(stack: ExitStack, columns: int) -> tuple[int, int]:
    """Return the ends to read and to write of a terminal, or of a pipe when it has no columns."""
    reader, writer = pty.openpty() if columns else os.pipe()
    stack.callback(os.close, reader)
    if columns:
        fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    return reader, writer


def _keyboard(stack: ExitStack, typed: str) -> int:
    """Return a terminal to read from, at which this text was typed already."""
    person, terminal = pty.openpty()
    stack.callback(os.close, person)
    stack.callback(os.close, terminal)
    os.write(person, typed.encode())
    return terminal


def _read(reader: int) -> str:
    """Return what comes until the last writer has gone, which a terminal reports as an error."""
    parts: list[bytes] = []
    try:
        while part := os.read(reader, 65536):
            parts.append(part)
    except OSError:
        pass
    return b"".join(parts).decode().replace("\r\n", "\n")
