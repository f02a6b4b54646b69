"""Every command that a text tells the reader to type is one: options, values and all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.docs.commands import complaint
from tests.docs.markdown import blocks, name_of, read, repository_files
from tests.projects import ROOT

TEXTS = [
    path
    for path in repository_files()
    if path.suffix in (".md", ".py", ".j2", ".sql", ".yaml")
    and "tests" not in path.parts
    and path.name != "cli.md"  # made from the commands themselves
]
SOURCES = [path for path in TEXTS if path.suffix == ".py" and "ops" in path.parts]
DOCUMENTS = [path for path in TEXTS if path.suffix == ".md"]
TEMPLATES = [path for path in TEXTS if path.name.endswith(".sql.j2")]

QUOTED = re.compile(r"`(supaops [^`\n]+)`")
FILLED_IN = re.compile(r"\{\{.*?\}\}")
BARE = re.compile(r"\bsupaops(?: +[-\w./:=]+)+")
TYPED = re.compile(r"^(?:\$ )?(supaops .+?)(?: *(?:[&#]|\|\||\d?>[>&.\w]).*)?$", re.MULTILINE)
USAGE = re.compile(r"^    (supaops .+)$", re.MULTILINE)
RAISED = re.compile(r"run: (supaops[^']*)'")
MADE = re.compile(r"\$\(SUPAOPS\) ([a-z][^;\n]*)")

PROSE = {
    "supaops expects a Supabase database",
    "supaops sets",
    "supaops writes",
    "supaops as an ordinary user",
    "supaops local command",
    "supaops job queue",
    "supaops worker",
}
"""Sentences of the sources about supaops; whatever else follows its name is a command."""


def strings(source: Path) -> Iterator[str]:
    """Yield a module's strings, without docstrings; what an f-string fills in becomes ``1``."""
    tree = ast.parse(read(source))
    skipped = {id(part) for node in ast.walk(tree) for part in _skipped(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "1" for part in node.values
            )
        elif isinstance(node, ast.Constant) and id(node) not in skipped:
            yield node.value if isinstance(node.value, str) else ""


def _skipped(node: ast.AST) -> list[ast.expr]:
    """Return a bare string, which is a docstring, or an f-string's parts."""
    if isinstance(node, ast.JoinedStr):
        return node.values
    return [node.value] if isinstance(node, ast.Expr) else []


def bare_commands(source: Path) -> list[str]:
    """Return what follows the tool's name in a module's strings: up to the first other mark."""
    texts = [QUOTED.sub("", text) for text in strings(source)]
    return [found for text in texts for found in BARE.findall(text)]


@pytest.fixture(scope="module")
def every_bare_command() -> set[str]:
    """Return those of all modules."""
    return {found for source in SOURCES for found in bare_commands(source)}


def complaints(commands: Iterable[str]) -> list[str]:
    return [text for text in map(complaint, commands) if text]


def test_every_command_in_an_error_a_finding_or_a_help_text_parses(
    every_bare_command: set[str],
) -> None:
    assert complaints(each.rstrip(".") for each in every_bare_command - PROSE) == []


def test_remedies_were_found_and_no_exemption_is_stale(every_bare_command: set[str]) -> None:
    assert {"supaops local up", "supaops apply --env 1"} <= every_bare_command
    assert every_bare_command >= PROSE


def test_a_remedy_for_an_environment_names_it() -> None:
    """Without ``--env`` it would act on another one than that in which a link is broken."""
    rooms = [path for path in SOURCES if {"checks", "jobs"} & set(path.parts)]
    found = [each for path in rooms for each in bare_commands(path) if "--list" not in each]
    assert len(found) > 5
    assert [command for command in found if "--env 1" not in command] == []


def test_every_remedy_that_a_sql_function_raises_parses() -> None:
    raised = [each for path in TEMPLATES for each in RAISED.findall(read(path))]
    assert raised
    assert complaints(raised) == []


def test_every_command_in_backticks_parses() -> None:
    quoted = [FILLED_IN.sub("1", each) for path in TEXTS for each in QUOTED.findall(read(path))]
    assert len(quoted) > 20
    extension = "supaops stand-in for"  # how the comment on one begins
    assert complaints(each for each in quoted if not each.startswith(extension)) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_command_in_a_block_parses(document: Path) -> None:
    typed = [each for kind in ("sh", "console", "text") for each in blocks(document, kind)]
    commands = [found for block in typed for found in TYPED.findall(block)]
    usages = [re.sub(r"[\[\]]|\.\.\.", "", usage) for usage in USAGE.findall(read(document))]
    assert complaints(commands + usages) == []


def test_every_command_of_the_makefile_parses() -> None:
    made = MADE.findall(read(ROOT / "Makefile"))
    assert len(made) > 5
    assert complaints(f"supaops {words.replace('$(ENV)', 'local')}" for words in made) == []
