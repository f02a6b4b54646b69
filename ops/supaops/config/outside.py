"""Read a value outside the files of the config: from a file of its own, or from a command.

This module alone of the room reads other files and starts programs; `resolution` is handed it.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from supaops.git import asked

log = logging.getLogger("supaops.config")

_MAX_BYTES = 65_536
_COMMAND_TIMEOUT_S = 30
_IGNORED, _NOT_IGNORED = 0, 1


class Unread(Exception):
    """No value came.

    Args:
        fault: the rest of a sentence that starts with what was read; never holds what it said.
        hint: what to do about it.
    """

    def __init__(self, fault: str, hint: str) -> None:
        super().__init__(fault)
        self.fault = fault
        self.hint = hint


def read_file(path: Path) -> str:
    """Return a file's text without one line break at its end.

    Raises: Unread when it is not there, is too large or no text, or when git would commit it.
    """
    try:
        found = path.resolve(strict=True)
        if not found.is_file():
            raise Unread("is no ordinary file", "name a file that holds the value alone")
        _refuse_committed(found)
        with found.open("rb") as stream:
            raw = stream.read(_MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise Unread("is not there", "write the value into it, and have git ignore it") from error
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links in a circle
        cause = getattr(error, "strerror", None) or "the path is not valid"
        raise Unread(f"cannot be read: {cause}", "let this account read it") from error
    log.debug("read %s", path)
    if len(raw) > _MAX_BYTES:
        raise Unread("is larger than 64 KiB", "name a file that holds the value alone")
    return _text(raw)


def _refuse_committed(path: Path) -> None:
    """Refuse a file that the next `git add` takes along, or that already is in the history."""
    if not any((folder / ".git").exists() for folder in path.parents):
        return
    judged = asked(path.parent, "check-ignore", "--quiet", "--", str(path))
    if judged and judged.returncode == _NOT_IGNORED:
        raise Unread(
            "would be committed by git",
            f"add it to .gitignore; if git has it already: git rm --cached {path.name}, "
            "and take a new value",
        )
    if not judged or judged.returncode != _IGNORED:
        raise Unread(
            "is in a git checkout, and git cannot tell whether it ignores it",
            "let this account use git there, or keep the file elsewhere",
        )


def run_command(words: Sequence[str], folder: Path) -> str:
    """Return what a program prints, without one line break at its end.

    It gets no input and no shell, and 30 s. What it says on stderr is dropped: it may quote the
    value.

    Raises: Unread when it cannot start, fails or does not end.
    """
    by_hand = "run it by hand to see what it says"
    log.debug("run %s", words[0])  # its arguments may be nobody's business
    try:
        status, printed = _output(words, folder)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Unread("is not there", "install it, or name its whole path") from error
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or "no valid name"
        raise Unread(
            f"cannot start: {cause}", "name a program that this account may run"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise Unread(f"did not end within {_COMMAND_TIMEOUT_S} s", by_hand) from error
    if status != 0:
        raise Unread(_ending(status), by_hand)
    return _text(printed)


def _output(words: Sequence[str], folder: Path) -> tuple[int, bytes]:
    # A session of its own, so that what it starts ends with it, and it cannot ask the terminal.
    with subprocess.Popen(
        words,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            printed, _ = process.communicate(timeout=_COMMAND_TIMEOUT_S)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
        return process.returncode, printed


def _ending(status: int) -> str:
    return f"exited with status {status}" if status > 0 else f"was killed by signal {-status}"


def _text(raw: bytes) -> str:
    text = raw.decode("utf-8", "surrogateescape")  # a lone surrogate is refused as a value
    return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text


@dataclass(frozen=True, slots=True)
class Outside:
    """What references lead to beside environment variables.

    Attributes:
        root: the project's folder; relative paths start there, and commands run there.
        api_url: of the API of the database `local`, as that database reaches it; empty for none.
    """

    root: Path = Path()
    api_url: str = ""
    read: Callable[[Path], str] = read_file
    run: Callable[[Sequence[str], Path], str] = run_command
