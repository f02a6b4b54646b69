"""The function's own text: its types, its style, and that it is as declared."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from supaops.config import Config
from supaops.scaffold.edge_function import asks_for_a_token, read_edge_function
from tests.edge.deno import FUNCTION, deno
from tests.edge.serving import lay_out
from tests.projects import ROOT


def succeeds(*words: str, cwd: Path = FUNCTION) -> None:
    """Run Deno, and show what it finds."""
    done = deno().run(*words, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("words", [["fmt", "--check"], ["lint"], ["check", "index.ts"]])
def test_the_function_is_typed_formatted_and_clean(words: list[str]) -> None:
    succeeds(*words)


@pytest.mark.parametrize("words", [["fmt", "--check"], ["lint"]])
def test_what_is_made_from_yaml_is_formatted_and_clean(
    words: list[str], declared: Config, tmp_path: Path
) -> None:
    succeeds(*words, cwd=lay_out(declared, tmp_path))


UNITS = Path(__file__).parent / "units_test.ts"
WRONG = """
import { Handlers } from "./runtime/handlers.ts";
const registry = new Handlers<{ sync: { dryRun: boolean } }>();
// @ts-expect-error there is no such task type
registry.handler("synk", () => {});
// @ts-expect-error the payload has no such key
registry.handler("sync", (_context, payload) => payload.wetRun);
registry.handler("sync", (context, payload) => {
  context.enqueue("sync", { dryRun: payload.dryRun });
  // @ts-expect-error the payload of a job that is added is typed as well
  context.enqueue("sync", { dryRun: 1 });
});
"""


def test_a_wrong_task_type_or_payload_is_an_error_of_the_compiler(
    declared: Config, tmp_path: Path
) -> None:
    function = lay_out(declared, tmp_path)
    (function / "wrong.ts").write_text(WRONG, encoding="utf-8")
    shutil.copy(UNITS, function)
    succeeds("check", "index.ts", "wrong.ts", UNITS.name, cwd=function)


def test_the_units_that_no_request_reaches(declared: Config, tmp_path: Path) -> None:
    function = lay_out(declared, tmp_path)
    shutil.copy(UNITS, function)
    succeeds("test", "--no-check", UNITS.name, cwd=function)


def test_the_repositorys_function_is_as_its_yaml_says(declared: Config) -> None:
    found = read_edge_function(ROOT, declared)
    assert (dict(found.stale), dict(found.missing)) == ({}, {})
    assert not asks_for_a_token(ROOT)


def test_packages_are_locked_in_the_format_that_every_version_of_the_platform_reads() -> None:
    locked = json.loads((FUNCTION / "deno.lock").read_text(encoding="utf-8"))
    assert locked["version"] == "4"  # the next one is read since March 2026 alone
    assert locked["specifiers"].keys() == {"npm:@supabase/supabase-js@2"}


def test_all_of_the_function_is_shipped() -> None:
    with (ROOT / "pyproject.toml").open("rb") as stream:
        wheel = tomllib.load(stream)["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"][str(FUNCTION.relative_to(ROOT))] == "supaops/edge_function"
