"""Run statements with pgbench: a load generator that costs little beside the server."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.server import Server
from supaops.errors import SupaopsError

_TRANSACTIONS = re.compile(r"number of transactions actually processed: (\d+)")
_RATE = re.compile(r"^tps = ([\d.]+) \(without initial connection time\)", re.MULTILINE)
_LATENCY = re.compile(r"^\s+([\d.]+)\s+\d+\s+(\S.*)$", re.MULTILINE)
_HEAD = "statement latencies in milliseconds"
_THREADS = 2
# pgbench takes an answer that is there when it first looks for one that took no time. On a busy
# machine these may be all of a few, and nobody shall divide by 0.
_SHORTEST_MS = 0.001


@dataclass(frozen=True, slots=True)
class Report:
    """What pgbench said.

    Shapes: `seconds` of wall time without connecting; `latencies` in ms, one per SQL statement of
    the script in its order, averaged over the transactions that ran it.
    """

    transactions: int
    seconds: float
    latencies: tuple[float, ...]


def run(
    server: Server,
    script: str,
    *,
    clients: int,
    turns: int,
    protocol: str,
    variables: Mapping[str, str | int],
) -> Report:
    """Run a script `turns` times on each of `clients` connections.

    The script finds its number in :turn, from 1, and may use :turns; parameters that the protocol
    carries are sent, not written into the statement.
    Raises: SupaopsError when pgbench is missing or a statement failed.
    """
    known = {"turn": 0, "turns": turns, "total": 0, **variables}
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as file:
        file.write("\\set turn :turn + 1\n" + script)
        file.flush()
        said = _execute(server, [
            "--no-vacuum", f"--protocol={protocol}", f"--client={clients}",
            f"--jobs={min(clients, _THREADS)}", f"--transactions={turns}", "--report-per-command",
            *(f"--define={name}={value}" for name, value in known.items()), f"--file={file.name}",
        ])  # fmt: skip
    return parse(said)


def parse(said: str) -> Report:
    """Read the closing lines of pgbench 15 and later."""
    transactions, rate = _TRANSACTIONS.search(said), _RATE.search(said)
    if transactions is None or rate is None:
        raise SupaopsError(f"pgbench said nothing that can be read: {said.strip()[-300:]}")
    latencies = _LATENCY.findall(said.partition(_HEAD)[2])
    return Report(
        transactions=int(transactions[1]),
        seconds=int(transactions[1]) / float(rate[1]),
        latencies=tuple(
            max(float(ms), _SHORTEST_MS) for ms, text in latencies if not text.startswith("\\")
        ),
    )


def _execute(server: Server, arguments: list[str]) -> str:
    program = server.stack.pg_bin / "pgbench"
    if not program.is_file():
        raise SupaopsError(
            "this server has no pgbench",
            place=str(program),
            hint="install PostgreSQL's client programs, or choose a server with SUPAOPS_PG_BIN",
        )
    done = subprocess.run(
        [str(program), *arguments],
        env=server.environment, cwd=Path("/"), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0 or "aborted" in done.stderr:
        raise SupaopsError(f"pgbench failed: {_cause(done.stderr)}")
    return done.stdout


def _cause(said: str) -> str:
    lines = [line for line in said.splitlines() if "error" in line.lower()]
    return (lines or said.splitlines() or ["no reason given"])[0]
