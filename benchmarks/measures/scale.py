"""Commands on an environment with many cron jobs and functions, as whole processes."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from benchmarks.crowd import ENVIRONMENT, crowded_project, fill_with_functions
from benchmarks.figures import OURS, Figure
from benchmarks.project import VARIABLES, apply, declared
from benchmarks.server import Server
from benchmarks.systems.system import System
from supaops.errors import SupaopsError

_COMMANDS = {
    "--help": ["--help"],
    "check": ["config", "check"],
    "render": ["render"],
    "plan": ["plan", "--exit-code"],
}
_SUPAOPS = Path(sys.executable).with_name("supaops")


@dataclass(frozen=True, slots=True)
class Scale:
    """Each command from its start to its exit, and two applies in memory."""

    rounds: ClassVar[int | None] = None
    cron_jobs: int = 500
    functions: int = 200

    def fits(self, system: System) -> bool:
        """Tell whether it is ours."""
        return system.name == OURS

    def measure(self, server: Server, system: System) -> Iterator[Figure]:  # noqa: ARG002  it is ours
        """Yield milliseconds.

        Raises: SupaopsError when a command fails, or a plan of what was applied finds a change.
        """
        server.empty()
        with tempfile.TemporaryDirectory(prefix="supaops-bench-") as place:
            folder = Path(place)
            base = crowded_project(folder, self.cron_jobs)
            desired = declared(base, ENVIRONMENT, _variables(server))
            yield from _command("plan all", partial(_run, server, folder, ["plan"]))
            with server.connect() as db:
                yield _timed("apply all", lambda: apply(db, desired))
                fill_with_functions(db, self.functions)
                yield _timed("apply nothing", lambda: apply(db, desired))
            for name, words in _COMMANDS.items():
                yield from _command(name, partial(_run, server, folder, words))


def _children() -> float:
    """Return the milliseconds of a processor that ended children have had."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1000


def _command(name: str, step: Callable[[], object]) -> Iterator[Figure]:
    """Yield wall time, and time of a processor, which others on the machine disturb less."""
    before = _children()
    yield _timed(name, step)
    yield Figure(f"scale: {name}, CPU", OURS, "ms", _children() - before)


def _run(server: Server, folder: Path, words: list[str]) -> None:
    done = subprocess.run(
        [_SUPAOPS, *words],
        cwd=folder,
        env=_variables(server),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SupaopsError(f"supaops {words[0]}: exit {done.returncode}: {done.stderr.strip()}")


def _variables(server: Server) -> dict[str, str]:
    return {**server.environment, **VARIABLES, "SUPAOPS_ENV": ENVIRONMENT}


def _timed(name: str, step: Callable[[], object]) -> Figure:
    started = time.perf_counter()
    step()
    return Figure(f"scale: {name}", OURS, "ms", (time.perf_counter() - started) * 1000)
