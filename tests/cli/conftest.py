"""Run the command line in this process, as a user in a project's folder would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from supaops.cli.main import run
from supaops.db.connect import Connection
from supaops.local import Stack
from tests.chains import nothing_ticking
from tests.cli.repositories import add_supabase, git
from tests.projects import Arranged, lay_out


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left: its exit status and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def told(self) -> str:
        return self.out + self.err


Cli = Callable[..., Outcome]


@pytest.fixture
def cli(ticking_cli: Cli) -> Iterator[Cli]:
    """Return a function that runs one command where nothing ticks."""
    with nothing_ticking():
        yield ticking_cli


@pytest.fixture
def ticking_cli(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], project_folder: Path
) -> Cli:
    """Return a function that runs one command with the given variables."""
    monkeypatch.chdir(project_folder)

    def invoke(*words: str, **variables: str) -> Outcome:
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            status = run(list(words))
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Outcome(status, captured.out, captured.err)

    return invoke


@pytest.fixture
def project_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a config; variables of the machine must not reach it."""
    for name in ("DATABASE_URL", "JOB_QUEUE_WORKER_ENDPOINT", "JOB_QUEUE_RUNNER_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SUPAOPS_ENV", "test")
    lay_out(tmp_path)
    return tmp_path


@pytest.fixture
def plain(db: Connection, variables: dict[str, str]) -> Iterator[dict[str, str]]:
    """Return the variables of an environment whose database has no extension of the chain."""
    db.execute("drop database if exists plain")
    db.execute("create database plain template template0")
    yield {**variables, "DATABASE_URL": variables["DATABASE_URL"].rsplit("/", 1)[0] + "/plain"}
    db.execute("drop database plain with (force)")


@pytest.fixture(scope="module")
def arranged() -> Arranged:
    return Arranged()


@pytest.fixture
def variables(stack: Stack) -> dict[str, str]:
    """Return the variables of an environment on the running stack."""
    return dict(stack.environment)


@pytest.fixture
def repository(
    cli: Cli,  # noqa: ARG001  which enters another folder first
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """Return a git repository with a Supabase project and no config, as the current folder."""
    folder = tmp_path_factory.mktemp("shop")
    git(folder, "init", "--quiet")
    add_supabase(folder)
    monkeypatch.chdir(folder)
    return folder
