"""Errors that a user can act on.

Every failure that is not a defect of supaops itself derives from `SupaopsError`. The command line
prints its place, message and hint and exits with its status; it never prints a traceback for one.
"""

from __future__ import annotations

from supaops.status import ExitStatus


class SupaopsError(Exception):
    """Report a failure with its place, cause and remedy.

    Args:
        message: one sentence that says what is wrong; never contains a secret.
        place: where, as ``file:line:column`` or an object's name.
        hint: what to do about it, ideally the exact command.
    """

    exit_status = ExitStatus.ERROR

    def __init__(self, message: str, *, place: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        """Return ``place: message`` without the hint."""
        return f"{self.place}: {self.message}" if self.place else self.message


class UsageError(SupaopsError):
    """The command line itself is wrong."""

    exit_status = ExitStatus.USAGE


class ConfigError(SupaopsError):
    """One or more problems in the YAML or in the environment that it names.

    Args:
        problems: every problem found, each with its own place and hint.
    """

    def __init__(self, problems: list[SupaopsError]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class RenderError(SupaopsError):
    """A template asks for something that does not exist, or renders something that is not SQL."""


class DatabaseError(SupaopsError):
    """The server refused a statement; the message is the server's own."""


class ConnectionFailed(DatabaseError):
    """No connection could be made."""


class QueryTimeout(DatabaseError):
    """A statement took longer than it may."""


class MissingExtension(DatabaseError):
    """pg_cron, pg_net or Vault is not there, or not for this role."""


class Blocked(DatabaseError):
    """Another session holds a lock that a statement waited for in vain."""


class Deadlock(DatabaseError):
    """Two sessions waited for each other, and the server ended this one's transaction."""


class LockHeld(SupaopsError):
    """Another apply holds the advisory lock."""

    exit_status = ExitStatus.LOCKED


class Refused(SupaopsError):
    """A guard refused the change; nothing was touched."""

    exit_status = ExitStatus.REFUSED


class LocalStackError(SupaopsError):
    """The local Supabase stack cannot be started, found or stopped."""


class LeaseLost(SupaopsError):
    """A job is no longer the worker's that did it: cancelled, edited, or taken over."""
