"""graphile-worker: jobs deleted when done, the statements of its worker."""

from __future__ import annotations

import json
import re
from typing import Any

from benchmarks import programs
from benchmarks.systems.captured import bound, summed
from benchmarks.systems.peer import Library
from benchmarks.systems.system import PAYLOAD, Statements, Worker

COLUMNS = """coalesce(array_agg(id), '{}')::text as ids,
       array_agg(payload)::text as payloads, count(*) as claimed"""

_LIMIT = re.compile(r"limit \d+")


class Graphile(Library):
    """Its worker claims with a local queue and completes in batches, as its manual advises."""

    name = "graphile-worker"
    driver = programs.node_driver("graphile.mjs")
    unfinished = "select count(*) from graphile_worker._private_jobs"

    def missing(self) -> str | None:
        """Return what to do to have it."""
        return programs.node_missing()

    def version(self) -> str:
        """Return that of the package."""
        return node_version("graphile-worker")

    def captured(self, sent: dict[str, Any], batch: int) -> Statements:
        """Return what it sent, under prepared names; the size is a constant in its claim."""
        claim, complete, one = sent["claim"], sent["complete"], sent["enqueue_one"]
        text = bound(claim["text"], claim["values"], {})
        text = text.replace("returning *", "returning jobs.*")  # else some names come twice
        return Statements(
            jobs=f"""select json_agg(json_build_object(
         'identifier', 'bench', 'payload', {PAYLOAD})) as jobs
  from generate_series(1, :batch) n""",
            enqueue=bound(sent["enqueue"]["text"], [None, None], {1: ":jobs"}).rstrip("; \n"),
            enqueue_one=bound(one["text"], one["values"], {2: ":payload"}).rstrip("; \n"),
            claim=summed(_LIMIT.sub(f"limit {batch}", text), "update ", COLUMNS),
            complete=bound(complete["text"], [], {1: ":ids"}),
        )

    def workers(self) -> tuple[Worker, ...]:
        """Return the setting of its performance page."""
        return (Worker(self.name, (*self.driver, "work", "500")),)


def node_version(package: str) -> str:
    """Return the version of an installed package."""
    file = programs.PEERS / "node" / "node_modules" / package / "package.json"
    return str(json.loads(file.read_text(encoding="utf-8"))["version"])
