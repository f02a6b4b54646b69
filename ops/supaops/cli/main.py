"""The process: run a command, print its error, exit with its status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from supaops.cli.app import app
from supaops.cli.console import print_error, say
from supaops.errors import SupaopsError
from supaops.status import ExitStatus, Severity

# Their exit codes are Nagios states, in which 1 and 2 already mean something else.
HEALTH_COMMANDS = frozenset({"verify", "doctor", "smoke"})
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; never returns.

    A user's mistake is one readable error. A defect of supaops says so, and shows its traceback
    only with ``SUPAOPS_DEBUG=1``.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(_run(words))


def _run(words: list[str]) -> int:
    try:
        return _invoke(words)
    except SupaopsError as error:
        print_error(error)
        return _status(words, error.exit_status)
    except click.ClickException as error:
        error.show()
        return _status(words, ExitStatus.USAGE)
    except (KeyboardInterrupt, click.Abort):
        say("interrupted", "yellow")
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader has gone, as with `| head`; the rest of the output has no use.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitStatus.OK
    except Exception as error:
        if os.environ.get("SUPAOPS_DEBUG"):
            raise
        say(f"error: a defect of supaops: {type(error).__name__}: {error}", "bold red")
        say("  fix: run again with SUPAOPS_DEBUG=1 and report what it prints", "cyan")
        return _status(words, ExitStatus.ERROR)


def _invoke(words: list[str]) -> int:
    result = app(words, standalone_mode=False)
    return result if isinstance(result, int) else ExitStatus.OK


def _status(words: list[str], status: int) -> int:
    is_health = any(word in HEALTH_COMMANDS for word in words[:1])
    return Severity.UNKNOWN if is_health else status
