"""What systems have in common that are a library from a registry."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from benchmarks import programs
from benchmarks.server import Server
from benchmarks.systems.sql import SqlSystem
from benchmarks.systems.system import Statements


class Library(SqlSystem, ABC):
    """A queue whose library makes its tables and sends statements of its own.

    `driver` is asked to `install`; it answers with what the library then sent.
    """

    driver: ClassVar[tuple[str, ...]]

    def __init__(self) -> None:
        self._sent: dict[str, Any] = {}

    @abstractmethod
    def missing(self) -> str | None:
        """Return what to do to have the library."""

    def install(self, server: Server) -> None:
        """Let the library make its tables, and keep what it sends."""
        self._sent = programs.run(server, self.driver, "install")

    def statements(self, server: Server, batch: int) -> Statements:  # noqa: ARG002  the interface
        """Return what the library sent, for batches of a size."""
        return self.captured(self._sent, batch)

    @abstractmethod
    def captured(self, sent: dict[str, Any], batch: int) -> Statements:
        """Return what was sent as statements with named parameters."""
