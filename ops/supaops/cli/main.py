"""The process: run a command, print its error, exit with its status."""

from __future__ import annotations

import errno
import gc
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper

import typer
from typer.exceptions import Abort, TyperException

from supaops.cli.app import app
from supaops.cli.completing import REQUEST, answer
from supaops.cli.console import detail, print_error, say
from supaops.cli.ready import ready
from supaops.cli.verbosity import VERBOSE, verbosity
from supaops.errors import SupaopsError
from supaops.status import INTERRUPTED, ExitStatus, Severity

# Their exit codes are Nagios states, in which 1 and 2 already mean something else.
HEALTH_COMMANDS = frozenset({"verify", "doctor", "smoke", "watch"})

_UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What a full or broken disk behind stdout or stderr gives."""

_GARBAGE_AFTER = 50_000
"""Objects between two collections: a command makes many, few in cycles, and ends soon."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; never returns.

    A user's mistake is one readable error. A defect of supaops says so, and shows its traceback
    only with ``SUPAOPS_DEBUG=1``.
    """
    gc.set_threshold(_GARBAGE_AFTER)
    words = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(sys.stdout, TextIOWrapper):  # a name that the terminal cannot show is no defect
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(run(words))


def run(words: list[str]) -> int:
    """Run one command and return its exit status."""
    began = time.monotonic()
    verbosity.begin(_tell_steps)
    try:
        return _run(words)
    finally:
        if verbosity.has(VERBOSE):
            _end_telling(time.monotonic() - began)


def _tell_steps() -> None:
    from supaops.cli.telling import start_telling  # noqa: PLC0415  only --verbose needs it

    start_telling(detail)


def _end_telling(seconds: float) -> None:
    from supaops.cli.telling import stop_telling  # noqa: PLC0415  as above

    if stop_telling():
        detail(f"ended after {seconds:.2f} s")


def _run(words: list[str]) -> int:
    try:
        return _invoke(words)
    except (KeyboardInterrupt, Abort):
        say("interrupted", "yellow")
        return INTERRUPTED
    except Exception as error:
        return _status(words, _tell(error, words))


def _tell(error: Exception, words: list[str]) -> int:
    """Print what is wrong, and return the exit status that it gives."""
    match error:
        case SupaopsError():
            print_error(error)
            return error.exit_status
        case TyperException():
            _print_usage_error(error, words)
            return ExitStatus.USAGE
        case BrokenPipeError():  # the reader has gone, as with `| head`: the rest has no use
            _forget_output()
            return ExitStatus.OK
        case OSError() if error.errno in _UNWRITABLE:
            _print_full_disk(error)
        case _:
            _print_defect(error)
    return ExitStatus.ERROR


def _print_full_disk(error: OSError) -> None:
    hint = "free some space, or send the output elsewhere; what was done is done"
    with suppress(OSError):  # where stderr is full, too, there is no way to tell
        print_error(SupaopsError(f"cannot write the output: {error.strerror}", hint=hint))
    _forget_output()


def _print_defect(error: Exception) -> None:
    """Tell what nobody expected, by its kind alone: its message may quote a secret."""
    if os.environ.get("SUPAOPS_DEBUG"):
        raise error
    hint = "run again with SUPAOPS_DEBUG=1, and report what it and `supaops --version -v` print"
    print_error(SupaopsError(f"a defect of supaops: {type(error).__name__}", hint=hint))


def _forget_output() -> None:
    """Let what is still buffered go nowhere, or Python would fail once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _invoke(words: list[str]) -> int:
    if words[:1] == [REQUEST]:
        sys.stdout.writelines(f"{line}\n" for line in answer(words[1:]))
        sys.stdout.flush()
        return ExitStatus.OK
    if (told := ready(words)) is not None:
        typer.echo(told)
        return ExitStatus.OK
    try:
        result = app(words, prog_name="supaops", standalone_mode=False)
    except SystemExit as error:
        if error.code == ExitStatus.ERROR:  # what Typer makes of a reader that has gone
            raise BrokenPipeError from error
        raise
    if result == INTERRUPTED:  # what Typer makes of Ctrl-C
        raise KeyboardInterrupt
    return result if isinstance(result, int) else ExitStatus.OK


def _print_usage_error(error: TyperException, words: list[str]) -> None:
    """Print what is wrong with the command line; a group without a command shows its help."""
    message = error.format_message()
    if message.startswith("Usage:"):
        say(message)
        return
    from supaops.cli.usage import usage_error  # noqa: PLC0415  only a mistake needs it

    context = getattr(error, "ctx", None)
    command = context.command_path if context else f"supaops {_command(words)}".rstrip()
    print_error(usage_error(message, command))


def _status(words: list[str], status: int) -> int:
    return Severity.UNKNOWN if _command(words) in HEALTH_COMMANDS else status


def _command(words: list[str]) -> str:
    return next((word for word in words if not word.startswith("-")), "")
