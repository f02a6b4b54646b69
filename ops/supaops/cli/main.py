"""The process: run a command, print its error, exit with its status."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Sequence
from io import TextIOWrapper

from typer.exceptions import Abort, TyperException

from supaops.cli.app import app
from supaops.cli.completing import REQUEST, answer
from supaops.cli.console import detail, print_error, say
from supaops.cli.verbosity import VERBOSE, verbosity
from supaops.errors import SupaopsError, UsageError
from supaops.status import INTERRUPTED, ExitStatus, Severity

# Their exit codes are Nagios states, in which 1 and 2 already mean something else.
HEALTH_COMMANDS = frozenset({"verify", "doctor", "smoke", "watch"})

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
    if words[:1] == [REQUEST]:
        sys.stdout.writelines(f"{line}\n" for line in answer(words[1:]))
        sys.exit(ExitStatus.OK)
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
    except SupaopsError as error:
        print_error(error)
        return _status(words, error.exit_status)
    except TyperException as error:
        _print_usage_error(error)
        return _status(words, ExitStatus.USAGE)
    except (KeyboardInterrupt, Abort):
        say("interrupted", "yellow")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone, as with `| head`; the rest of the output has no use.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _status(words, ExitStatus.OK)
    except Exception as error:
        if os.environ.get("SUPAOPS_DEBUG"):
            raise
        # Not its message: what failed where nobody expected it may quote a secret.
        print_error(
            SupaopsError(
                f"a defect of supaops: {type(error).__name__}",
                hint="run again with SUPAOPS_DEBUG=1 and report what it prints",
            )
        )
        return _status(words, ExitStatus.ERROR)


def _invoke(words: list[str]) -> int:
    try:
        result = app(words, prog_name="supaops", standalone_mode=False)
    except SystemExit as error:
        if error.code == ExitStatus.ERROR:  # what Typer makes of a reader that has gone
            raise BrokenPipeError from error
        raise
    if result == INTERRUPTED:  # what Typer makes of Ctrl-C
        raise KeyboardInterrupt
    return result if isinstance(result, int) else ExitStatus.OK


def _print_usage_error(error: TyperException) -> None:
    """Print what is wrong with the command line; a group without a command shows its help."""
    message = error.format_message()
    if message.startswith("Usage:"):
        say(message)
        return
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "supaops"
    cause = message[:1].lower() + message[1:].rstrip(".")
    print_error(UsageError(cause, hint=f"{command} --help"))


def _status(words: list[str], status: int) -> int:
    command = next((word for word in words if not word.startswith("-")), "")
    return Severity.UNKNOWN if command in HEALTH_COMMANDS else status
