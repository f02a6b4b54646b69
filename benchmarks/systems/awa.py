"""awa: append-only rings; claim and completion are in its worker, not in SQL that others send."""

from __future__ import annotations

from benchmarks import programs
from benchmarks.fleet import Crew
from benchmarks.server import Server
from benchmarks.systems.system import Worker

_WORKERS = ("64", "128", "256")


class Awa:
    """Its Python client, whose worker is its core in Rust."""

    name = "awa"
    sql = False
    shared = False
    driver = (programs.PYTHON, str(programs.DRIVERS / "awa_driver.py"))

    def missing(self) -> str | None:
        """Return what to do to have it."""
        return programs.python_missing()

    def version(self) -> str:
        """Return that of the package."""
        return programs.python_version("awa-pg")

    def install(self, server: Server) -> None:
        """Run its migrations and activate its ring."""
        programs.run(server, self.driver, "install")

    def statements(self, server: Server, batch: int) -> None:
        """Return nothing: no statement of it is meant for others."""

    def workers(self) -> tuple[Worker, ...]:
        """Return the numbers of workers that its own benchmarks use."""
        return tuple(
            Worker(f"{self.name} {each}", (*self.driver, "work", each)) for each in _WORKERS
        )

    def crew(self) -> Crew:
        """Return its worker with the setting above, and its own client as the producer."""
        return Crew((*self.driver, "fleet", "64"), (*self.driver, "produce"))

    def enqueue(self, server: Server, jobs: int) -> None:
        """Add jobs by its COPY."""
        programs.run(server, self.driver, "enqueue", jobs)

    def left(self, server: Server) -> int:
        """Count what has not succeeded; up to 100 of each state, which is enough to tell."""
        return int(programs.run(server, self.driver, "left")["left"])
