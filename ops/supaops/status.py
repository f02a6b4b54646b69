"""Exit codes and severities: the numbers that scripts and monitors depend on."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """Process exit codes of every command but the health commands.

    Source: design decision 10; 2 follows ``terraform plan -detailed-exitcode``, 64 is EX_USAGE.
    """

    OK = 0
    ERROR = 1
    CHANGES = 2
    LOCKED = 4
    REFUSED = 5
    USAGE = 64


class Severity(IntEnum):
    """Nagios plugin states; ``verify``, ``doctor`` and ``smoke`` exit with the worst of them.

    SKIPPED is not Nagios' and never an exit status: a check that did not apply, with a reason.

    Source: Monitoring Plugins Development Guidelines, "Plugin Return Codes".
    """

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3
    SKIPPED = 4

    @property
    def rank(self) -> int:
        """Return the order by badness: SKIPPED < OK < WARNING < UNKNOWN < CRITICAL.

        A missing answer may hide an outage, so it outranks a warning; a known outage outranks it.
        """
        return (1, 2, 4, 3, 0)[self]


NAGIOS_STATES = tuple(each for each in Severity if each is not Severity.SKIPPED)
"""The severities that a process exits with."""

NOT_RUNNING = 3
"""Exit code of ``local status``; source: LSB init scripts and ``pg_ctl status``."""
INTERRUPTED = 130
"""Exit code after Ctrl-C; source: shells, 128 + SIGINT."""
