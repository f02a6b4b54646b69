"""docs/reference/cli.md and README.md against the commands."""

from __future__ import annotations

import re
from typing import Any

from supaops.cli.reference import commands, exit_table, is_everywhere, page
from supaops.cli.reference_text import EXIT_CODES
from supaops.status import INTERRUPTED, NAGIOS_STATES, NOT_RUNNING, ExitStatus
from tests.docs.markdown import read
from tests.projects import ROOT

REFERENCE = read(ROOT / "docs" / "reference" / "cli.md")
SOURCES = sorted((ROOT / "ops" / "supaops").rglob("*.py"))


def test_the_reference_is_current() -> None:
    """`make golden` renews it."""
    assert page() == REFERENCE


def _names(parameter: Any) -> list[str]:
    """Return what an option is called, or how an argument is written."""
    if parameter.param_type_name == "argument":
        return [re.escape(parameter.metavar)]
    return list(parameter.opts)


def test_every_command_and_option_is_in_the_reference() -> None:
    for path, command in commands():
        [section] = re.findall(rf"^## {path}\n(.*?)(?=^## |\Z)", REFERENCE, re.M | re.S)
        own = [each for each in command.params if not is_everywhere(each)]
        for name in (name for parameter in own for name in _names(parameter)):
            assert re.search(rf"`{name}[` ]", section), f"{path} {name}"


def test_every_option_says_what_it_is_for() -> None:
    unsaid = [path for path, it in commands() if not all(each.help for each in it.params)]
    assert unsaid == []


def test_every_exit_code_of_the_code_is_in_the_table() -> None:
    told = {code for code, _of, _meaning in EXIT_CODES}
    assert {*ExitStatus, NOT_RUNNING, INTERRUPTED} <= told
    assert f"| {', '.join(f'{each:d}' for each in NAGIOS_STATES)} |" in exit_table()


def test_the_readme_shows_the_same_table_of_exit_codes() -> None:
    assert f"\n{exit_table()}\n" in read(ROOT / "README.md")


def test_every_variable_that_the_code_reads_is_in_the_reference() -> None:
    named = {name for path in SOURCES for name in re.findall(r"\bSUPAOPS_[A-Z_]+\b", read(path))}
    assert {name for name in named if f"`{name}`" not in REFERENCE} == set()


def test_the_options_of_every_command_are_told_once() -> None:
    head = REFERENCE[: REFERENCE.index("## Exit codes")]
    [everywhere] = {
        tuple(name for each in command.params if is_everywhere(each) for name in each.opts)
        for path, command in commands()
        if path == "supaops apply"
    }
    assert [name for name in everywhere if f"`{name}`" not in head] == []
    assert everywhere
