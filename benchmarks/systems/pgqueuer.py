"""pgqueuer: jobs deleted when done, three log rows for each."""

from __future__ import annotations

from typing import Any

from benchmarks import programs
from benchmarks.fleet import Crew
from benchmarks.systems.captured import bound
from benchmarks.systems.peer import Library
from benchmarks.systems.system import PAYLOAD, Statements, Worker

COLUMNS = """coalesce(array_agg(id), '{}')::text as ids,
       array_agg(encode(payload, 'escape'))::text as payloads, count(*) as claimed"""
_LAST = "SELECT * FROM claimed ORDER BY priority DESC, id ASC"
_ROWS = "generate_series(1, cardinality(:jobs::bytea[]))"


class Pgqueuer(Library):
    """Its statements, which asyncpg prepares; payloads are bytes there."""

    name = "pgqueuer"
    driver = (programs.PYTHON, str(programs.DRIVERS / "pgqueuer_driver.py"))
    unfinished = "select count(*) from pgqueuer"

    def missing(self) -> str | None:
        """Return what to do to have it."""
        return programs.python_missing()

    def version(self) -> str:
        """Return that of the package."""
        return programs.python_version(self.name)

    def captured(self, sent: dict[str, Any], batch: int) -> Statements:  # noqa: ARG002  a parameter
        """Return what it sent."""
        claim, complete = sent["claim"], sent["complete"]
        values = [None, claim["values"][1], claim["values"][2], claim["values"][3]]
        return Statements(
            jobs=f"""select array_agg(convert_to({PAYLOAD}::text, 'UTF8')) as jobs
  from generate_series(1, :batch) n""",
            enqueue=_enqueue(sent["enqueue"]["text"], ":jobs"),
            enqueue_one=_enqueue(sent["enqueue"]["text"], "array[convert_to(:payload, 'UTF8')]"),
            claim=_summed(bound(claim["text"], values, {1: ":batch"})),
            complete=bound(complete["text"], [], {
                1: ":ids",
                2: "array_fill('successful'::text, array[cardinality(:ids::bigint[])])",
                3: "array_fill(null::jsonb, array[cardinality(:ids::bigint[])])",
            }),
        )  # fmt: skip

    def workers(self) -> tuple[Worker, ...]:
        """Return its own benchmark's setting with a batch of 100."""
        return (Worker(self.name, (*self.driver, "work", "100")),)

    def crew(self) -> Crew:
        """Return its worker with the setting above, and its own client as the producer."""
        return Crew((*self.driver, "fleet", "100"), (*self.driver, "produce"))


def _enqueue(text: str, jobs: str) -> str:
    """Return its insert; what it sends beside the payloads are arrays of one value."""

    def filled(constant: str) -> str:
        return f"array_fill({constant}, array[cardinality({jobs}::bytea[])])"

    return bound(text, [], {
        1: filled("0"), 2: filled("'bench'::text"), 3: jobs,
        4: filled("'0'::interval"), 5: filled("null::text"), 6: filled("'null'::jsonb"),
    })  # fmt: skip


def _summed(text: str) -> str:
    head, found, _ = text.rpartition(_LAST)
    if not found:
        raise ValueError("the claim of this version of pgqueuer ends otherwise")
    return f"{head}select {COLUMNS} from claimed"
