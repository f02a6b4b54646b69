"""docs/how-to: each page's commands, in their order, on a chain that works."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from ruamel.yaml import YAML

from supaops.db.connect import connect
from supaops.local import Stack
from tests import terminal
from tests.chains import TICKING, serve, unused_endpoint
from tests.db.calls import claim, enqueue
from tests.docs.markdown import LINK, blocks, name_of, read
from tests.projects import ROOT, Project, overlay_file, reset

INDEX = ROOT / "docs" / "how-to" / "index.md"
PAGES = [path for path in sorted(INDEX.parent.glob("*.md")) if path != INDEX]
QUESTIONS = [path for path in PAGES if read(path).startswith("# How do I ")]
"""The others are longer, and of commands that are not for here: they have tests of their own."""
TYPED = {
    page: [line.strip() for block in blocks(page, "sh") for line in block.splitlines()]
    for page in QUESTIONS
}
LONGEST = 60
"""Lines: who has a question reads no chapter."""

JUDGED = {0, 1, 2}
"""What a check says of a chain whose jobs a test has made fail is not what is asked here."""
STATUSES = {
    "verify": JUDGED,
    "doctor": JUDGED,
    "watch": JUDGED,
    "local status": {3},  # the tests' stack is not the project's
}
ADDED = INDEX.with_name("add-a-job.md")
"""Its task type stays for the pages that come after it, so the worker handles it."""
REGISTRY = "from supaops.worker import Handlers\n\nregistry = Handlers()\n"
PATIENT = "checks: {timeout: 30s}"
HAND_MADE = "select cron.schedule('nightly', '0 3 * * *', 'select 1')"


@pytest.fixture(scope="module")
def chain(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Return a project whose chain works, with a failed job and a cron job made by hand."""
    project = Project.make(tmp_path_factory.mktemp("how-to"), stack, TICKING)
    write_overlay(project, ADDED)
    handlers = project.folder / "added.py"
    handlers.write_text(
        "\n".join([REGISTRY, *map(dedent, blocks(ADDED, "python"))]), encoding="utf-8"
    )
    project.environ["JOB_QUEUE_WORKER_ENDPOINT"] = unused_endpoint()
    for name in ("staging", "production"):
        overlay_file(project.folder).with_name(f"{name}.yaml").write_text("{}\n", encoding="utf-8")
    with connect(stack.url, application_name="pytest") as conn:
        reset(conn)
        project.apply(conn)
        job_id = enqueue(conn, "supaops_smoke", max_attempts=1)
        claim(conn, 1)
        conn.execute("select job_queue_mark_failed(%s, 'timeout of the upstream')", [job_id])
        conn.execute(HAND_MADE)
        with serve(project, SUPAOPS_HANDLERS="every_handler,added"):
            yield project
        reset(conn)


def write_overlay(project: Project, page: Path) -> None:
    """Lay a page's YAML over a chain that ticks."""
    merged: dict[str, Any] = {}
    for text in (TICKING, PATIENT, *blocks(ADDED, "yaml"), *blocks(page, "yaml")):
        _merge(merged, YAML(typ="safe").load(text))
    with overlay_file(project.folder).open("w", encoding="utf-8") as stream:
        YAML().dump(merged, stream)


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def status_is_right(words: list[str], status: int) -> bool:
    name = " ".join(words[:2])
    return status in STATUSES.get(name, STATUSES.get(words[0], {0}))


@pytest.mark.stack
@pytest.mark.parametrize("page", QUESTIONS, ids=name_of)
def test_the_commands_of_a_how_to_do_what_they_say_in_their_order(
    chain: Project, page: Path
) -> None:
    write_overlay(chain, page)
    for line in TYPED[page]:
        words = shlex.split(line)[1:]
        ran = terminal.supaops(*words, folder=chain.folder, variables=chain.environ)
        assert status_is_right(words, ran.status), f"{line}\n{ran.out}\n{ran.err}"


@pytest.mark.parametrize("page", QUESTIONS, ids=name_of)
def test_a_how_to_is_a_question_that_is_answered_on_one_screen(page: Path) -> None:
    first, *rest = read(page).splitlines()
    assert first.endswith("?")
    assert len(rest) <= LONGEST
    assert TYPED[page]


def test_every_line_of_a_shell_block_is_one_command_of_supaops() -> None:
    """So that the test above runs all of them."""
    lines = [line for typed in TYPED.values() for line in typed]
    assert [
        line for line in lines if not line.startswith("supaops ") or set(line) & set("|&><")
    ] == []


def test_every_how_to_is_in_the_index() -> None:
    assert len(QUESTIONS) >= 12
    assert sorted(LINK.findall(read(INDEX))[1:]) == sorted(page.name for page in PAGES)
