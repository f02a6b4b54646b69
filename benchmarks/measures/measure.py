"""What a measure must offer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field
from typing import Any, ClassVar, Protocol

from benchmarks.figures import Figure
from benchmarks.server import Server
from benchmarks.systems.system import Statements, System


class Measure(Protocol):
    """A frozen dataclass whose fields are its options.

    `rounds` is the most rounds that make sense, for a measure that takes minutes.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    rounds: ClassVar[int | None]

    def fits(self, system: System) -> bool:
        """Tell whether a system can be measured; one that cannot is left out of the table."""

    def measure(self, server: Server, system: System) -> Iterator[Figure]:
        """Measure a system once, in a database emptied for it.

        Raises: Void when a job was lost or done twice.
        """


def installed(server: Server, system: System, batch: int) -> Statements:
    """Install a system into the emptied database and return its statements."""
    server.empty()
    system.install(server)
    statements = system.statements(server, batch)
    if statements is None:
        raise TypeError(f"{system.name} has no statements")
    return statements
