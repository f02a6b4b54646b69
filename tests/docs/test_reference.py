"""docs/reference against the code, item by item: what is not documented is named."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from docsite.reference.blocks import renewed
from docsite.reference.environment import option_variables
from docsite.reference.metrics import name_of, worker_metrics
from docsite.reference.pages import pages
from docsite.reference.schemas import schema_keys
from supaops.checks.catalogue import CHECKS
from supaops.cli.reference import commands
from supaops.cli.reference_text import EXIT_CODES
from supaops.config import load
from supaops.config.reference import rows
from supaops.plan.document import schema as plan_schema
from supaops.report.health.document import schema as findings_schema
from supaops.report.metrics_reference import families
from tests.docs.markdown import read
from tests.docs.samples import DOCUMENTS
from tests.projects import ROOT

REFERENCE = ROOT / "docs" / "reference"
COMMANDS = dict(commands())
CONFIG = load(ROOT / "ops" / "config" / "job_queue.yaml", "production")
KEYS = [each.split("`")[1] for each in list(rows())[2:]]
METRICS = [each.samples[0].name for each in families(CONFIG)]
METRICS += [name_of(each) for each, _labels in worker_metrics()]
PAGES = {each.stem: read(each) for each in REFERENCE.glob("*.md")}


def sections(page: str, level: str = "##") -> dict[str, str]:
    """Return what stands below each heading of a level."""
    return dict(re.findall(rf"^{level} (.+)\n((?:(?!{level} ).*\n)*)", PAGES[page], re.M))


CLI = sections("cli")
OF_EVERY_COMMAND = CLI.get("Options of every command", "")
DOCUMENTED_CHECKS = sections("checks", "###")
DOCUMENTED_JSON = sections("json")


def test_each_page_is_as_the_code_makes_it() -> None:
    """`make golden` renews them."""
    assert [each.name for each, text in pages().items() if read(each) != text] == []


def test_a_page_without_a_block_that_is_to_be_renewed_is_a_defect() -> None:
    with pytest.raises(ValueError, match="has not one block codes"):
        renewed("# Exit codes\n", {"codes": "| 0 |"})


@pytest.mark.parametrize("path", COMMANDS)
def test_a_command_is_documented(path: str) -> None:
    assert COMMANDS[path].help.split("\n")[0] in CLI[path]


@pytest.mark.parametrize("path", COMMANDS)
def test_the_arguments_and_options_of_a_command_are_documented(path: str) -> None:
    names = [name for each in COMMANDS[path].params for name in _names(each)]
    told = CLI[path] + OF_EVERY_COMMAND
    assert [name for name in names if not _is_option_of(name, told)] == []


def _names(parameter: Any) -> list[str]:
    """Return what an option is called, or how an argument is written."""
    is_argument = parameter.param_type_name == "argument"
    return [parameter.metavar] if is_argument else [*parameter.opts, *parameter.secondary_opts]


def _is_option_of(name: str, told: str) -> bool:
    return bool(re.search(rf"^\|.*`{re.escape(name)}[` ].*\| \S.* \|$", told, re.M))


@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_the_yaml_is_documented(key: str) -> None:
    row = rf"^\| `{re.escape(key)}` \| [^|]+ \| [^|]* \| \S.*\|$"
    assert re.search(row, PAGES["config"], re.M)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_is_documented(check: Any) -> None:
    told = DOCUMENTED_CHECKS[check.id]
    assert check.title in told
    assert re.search(r"^- Severity: \S", told, re.M)
    assert re.search(r"^- Asks: \S", told, re.M)
    assert (REFERENCE / f"../runbooks/{check.id}.md").is_file()
    assert "None" not in told
    bounds = CONFIG.checks.thresholds(check.id)
    assert (f"`checks.{check.id}`" in told) == (
        bounds.warning is not None or bounds.critical is not None
    )


@pytest.mark.parametrize("metric", METRICS)
def test_a_metric_is_documented(metric: str) -> None:
    assert re.search(rf"^\| `{metric}` \|.*\| \S.* \|$", PAGES["metrics"], re.M)


@pytest.mark.parametrize(
    "code", sorted({str(int(code)) for code, *_ in EXIT_CODES if isinstance(code, int)})
)
def test_an_exit_code_is_documented(code: str) -> None:
    assert re.search(rf"^\| {code} \| \S.* \| \S.* \|$", PAGES["exit-codes"], re.M)


NO_VARIABLES = {"API_URL", "DB_URL", "PG_VERSION", "LC_ALL", "TASK_TYPE"}
"""What looks like one: what the Supabase CLI prints, a file, a child's, and an argument."""
VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
QUOTED = re.compile(rf"""["']{VARIABLE.pattern}["']""")


def variables() -> Iterator[str]:
    """Yield each string of the sources that is written as a variable is, and those of options."""
    yield from (variable for variable, _option in option_variables())
    for source in (ROOT / "ops" / "supaops").rglob("*.py"):
        if QUOTED.search(read(source)):  # a tree takes long, and few files are worth one
            yield from _strings(ast.parse(read(source)))
    for source in (ROOT / "supabase" / "functions").rglob("*.ts"):
        yield from re.findall(r'Deno\.env\.get\("(\w+)"\)', read(source))


def _strings(tree: ast.Module) -> Iterator[str]:
    exported = {id(each) for node in ast.walk(tree) for each in _exported(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in exported:
            text = node.value if isinstance(node.value, str) else ""
            yield from [text] if VARIABLE.fullmatch(text) else []


def _exported(node: ast.AST) -> list[ast.expr]:
    """Return the names in `__all__`."""
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
        return node.value.elts if isinstance(node.value, ast.List) else []
    return []


VARIABLES = sorted(set(variables()))


@pytest.mark.parametrize("variable", [each for each in VARIABLES if each not in NO_VARIABLES])
def test_a_variable_is_documented(variable: str) -> None:
    row = rf"^\| `{variable}` \| \S.* \|"
    assert re.search(row, PAGES["environment"], re.M)


def test_variables_were_found_and_no_exemption_is_stale() -> None:
    assert {"SUPAOPS_ENV", "JOB_QUEUE_DISABLED", "SB_REGION"} <= set(VARIABLES)
    assert set(VARIABLES) >= NO_VARIABLES


JSON = [
    path.removeprefix("supaops ")
    for path, command in COMMANDS.items()
    for each in command.params
    if "--format" in each.opts and "json" in each.metavar.split("|")
]


@pytest.mark.parametrize("command", JSON)
def test_a_command_that_prints_json_has_its_document(command: str) -> None:
    assert len(JSON) > 20
    assert f"`{command} --format json`" in PAGES["json"]


@pytest.mark.parametrize("schema", [plan_schema, findings_schema], ids=["plan", "findings"])
def test_each_key_of_a_schema_says_what_it_means(schema: Any) -> None:
    assert all(meaning for _path, meaning in schema_keys(json.loads(schema())))


@pytest.mark.parametrize("title", DOCUMENTS)
def test_each_key_of_a_document_is_told_and_no_other(title: str) -> None:
    told = re.findall(r"^\| `([^`]+)` \| \S.* \|$", DOCUMENTED_JSON[title], re.M)
    real = {path for each in DOCUMENTS[title] for path in paths(each, "", set(told))}
    assert set(told) == real


def paths(value: Any, path: str, told: set[str]) -> Iterator[str]:
    """Yield the path of each key, as jq writes it.

    An object is a key too where the page has a row for it, and is not looked into where the page
    has no row below it. ``{}`` stands for the names of one that has any.
    """
    if isinstance(value, dict) and f"{path}{{}}" in told:
        yield f"{path}{{}}"
    elif isinstance(value, dict) and _is_entered(path, told):
        yield from [path] if path in told else []
        for name, below in value.items():
            yield from paths(below, f"{path}.{name}" if path else name, told)
    elif isinstance(value, list | tuple) and path not in told:
        for below in value:
            yield from paths(below, f"{path}[]", told)
    else:
        yield path


def _is_entered(path: str, told: set[str]) -> bool:
    return path not in told or any(each.startswith(f"{path}.") for each in told)
