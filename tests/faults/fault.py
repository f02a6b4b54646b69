"""A fault: what is broken, which check must tell of it, and what else it is the cause of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from supaops.checks.finding import Finding
from supaops.checks.run import run_checks
from supaops.db.connect import Connection
from supaops.status import Severity
from tests.projects import Project


@dataclass(frozen=True, slots=True)
class Scene:
    """A chain that works, to break.

    Attributes:
        conn: superuser, inside a transaction that is rolled back after the fault.
        project: its project; a fault that returns another one is judged by that.
    """

    conn: Connection
    project: Project

    def sql(self, statement: str) -> None:
        """Run statements as superuser."""
        self.conn.execute(statement.encode())


Injection = Callable[[Scene], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to break the chain.

    Attributes:
        check: id of the check that must turn.
        name: what is broken, as the matrix shows it.
        severity: what that check must say.
        inject: breaks a scene, and mends what a rollback does not when its block ends.
        overlay: YAML that replaces the environment's while the fault is there; None keeps it.
        also: other checks that turn for the same cause.
        observed: a part of what the check must say.
    """

    check: str
    name: str
    severity: Severity
    inject: Injection
    overlay: str | None = None
    also: frozenset[str] = frozenset()
    observed: str = ""


def sql(statement: str) -> Injection:
    """Return an injection that runs statements as superuser, to be rolled back."""

    @contextmanager
    def inject(scene: Scene) -> Iterator[None]:
        scene.sql(statement)
        yield

    return inject


def nothing() -> Injection:
    """Return an injection that changes nothing: the fault is in the YAML alone."""
    return sql("select")


def judge(scene: Scene) -> list[Finding]:
    """Run every check as role postgres, inside the scene's transaction."""
    scene.sql("set local session authorization postgres")
    declared, missing = scene.project.declared
    return run_checks(scene.conn, declared, missing=missing)
