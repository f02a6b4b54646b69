"""Where checks read their facts, each source once, within the time that there is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from math import inf
from typing import Any, TypeVar

from supaops.db.connect import Connection
from supaops.db.moment import limited
from supaops.errors import ConfigError, SupaopsError
from supaops.plan import Desired

Facts = TypeVar("Facts")


class OutOfTime(SupaopsError):
    """There was no time left to look."""


class NoValue(SupaopsError):
    """A secret's value is not there, as `config.sources` tells."""


@dataclass(slots=True)
class Kept:
    """Facts that a watcher asks for less often than its rounds come, since asking costs others.

    Attributes:
        readers: of these facts.
        for_s: for how long what was read is good, in seconds.
    """

    readers: frozenset[Reader[Any]]
    for_s: float
    _facts: dict[Reader[Any], tuple[float, Any]] = field(default_factory=dict)

    def facts(self, reader: Reader[Facts], fresh: Callable[[], Facts]) -> Facts:
        """Return what was read a short while ago, else what is read now; a failure is not kept."""
        read_at, found = self._facts.get(reader, (-inf, None))
        if reader in self.readers and time.monotonic() - read_at < self.for_s:
            return found  # type: ignore[no-any-return]  # it is what this reader returned
        found = fresh()
        self._facts[reader] = (time.monotonic(), found)
        return found


@dataclass(slots=True)
class Sources:
    """One run's access to the database and to the config.

    Attributes:
        connection: to the database, or why there is none.
        declared: what the environment should hold, or what is wrong with the YAML.
        timeout_s: how long one reader may take, in seconds.
        ends_at: when the run must be over, on the clock of `time.monotonic`.
        missing: a problem for each value that the YAML refers to and that is not there; None when
            that cannot be told.
        kept: what a watcher need not ask for again in each round.
    """

    connection: Connection | SupaopsError
    declared: Desired | ConfigError
    timeout_s: float
    ends_at: float
    missing: tuple[SupaopsError, ...] | None = ()
    kept: Kept = field(default_factory=lambda: Kept(frozenset(), 0.0))
    _read: dict[Any, Any] = field(default_factory=dict)

    @property
    def conn(self) -> Connection:
        """Return the connection.

        Raises: SupaopsError when there is none.
        """
        if isinstance(self.connection, SupaopsError):
            raise self.connection
        return self.connection

    @property
    def desired(self) -> Desired:
        """Return what the environment should hold.

        Raises: ConfigError when the YAML does not tell.
        """
        if isinstance(self.declared, ConfigError):
            raise self.declared
        return self.declared

    @property
    def left_s(self) -> float:
        """Return how long a reader may still take, in seconds; zero or less when time is up."""
        return min(self.timeout_s, self.ends_at - time.monotonic())

    def secret(self, name: str) -> str:
        """Return the value of a secret.

        Raises: NoValue when it is declared, and its source is not there; SupaopsError when it is
            not declared.
        """
        value = self.desired.secrets.get(name)
        if value is not None:
            return value.get_secret_value()
        kind = NoValue if name in self.desired.config.vault.secrets else SupaopsError
        hint = f"declare it under vault.secrets.{name}"
        raise kind(f"the secret {name!r} has no value here", hint=hint)

    def facts(self, reader: Reader[Facts]) -> Facts:
        """Return what a reader reads, from memory when it was read before.

        Raises: what the reader raises, the same error each time; SupaopsError unless it is a
            defect.
        """
        if reader not in self._read:
            try:
                self._read[reader] = self.kept.facts(reader, partial(self._fresh, reader))
            except Exception as error:  # a defect too costs its time only once
                self._read[reader] = error
        found = self._read[reader]
        if isinstance(found, Exception):
            raise found
        return found  # type: ignore[no-any-return]  # it is what this reader returned

    def _fresh(self, reader: Reader[Facts]) -> Facts:
        if isinstance(self.connection, SupaopsError):
            return reader(self)
        left = self.left_s
        if left <= 0:
            raise OutOfTime(
                "not looked at: all checks together took too long",
                hint="give them more time: --total-timeout, or checks.total_timeout in the YAML",
            )
        with limited(self.connection, left):
            return reader(self)


Reader = Callable[[Sources], Facts]
