"""Entries are added to a YAML file without a change of any other line of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from supaops.config.document import parse
from supaops.config.edit import edit
from supaops.errors import SupaopsError
from tests.projects import ROOT

JOBS = ("cron", "jobs")
ENTRY = {"nightly": {"schedule": "0 3 * * *", "sql": "select 1"}}
BLOCK = 'nightly:\n  schedule: "0 3 * * *"\n  sql: "select 1"\n'


SPACED = """cron:
     jobs:
         a: {active: false} # a

# next
smoke: {}
"""
COMMENTED = """cron:
  jobs:
    a:
      sql: |
        select

        # not one
    # mine
"""


def edited(tmp_path: Path, text: str, entries: dict[str, dict[str, object]] | None = None) -> str:
    path = tmp_path / "x.yaml"
    path.write_bytes(text.encode())
    return edit(path, {JOBS: entries or ENTRY}).after


def below(column: int) -> str:
    return "".join(f"{' ' * column}{line}\n" for line in BLOCK.splitlines())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# all\n{}\n# end\n", f"# all\ncron:\n  jobs:\n{below(4)}# end\n"),
        ("cron:\n", f"cron:\n  jobs:\n{below(4)}"),
        ("cron: null # why\n", f"cron: # why\n  jobs:\n{below(4)}"),
        ("cron:\n  jobs: {} # none yet\n", f"cron:\n  jobs: # none yet\n{below(4)}"),
        (SPACED, SPACED.replace("# a\n", f"# a\n{below(9)}")),
        ("worker:\n  timeout: 5s", f"worker:\n  timeout: 5s\ncron:\n  jobs:\n{below(4)}"),
        (COMMENTED, COMMENTED + below(4)),
    ],
)
def test_an_entry_goes_to_the_end_of_its_section(tmp_path: Path, before: str, after: str) -> None:
    assert edited(tmp_path, before) == after


def test_line_ends_of_windows_stay(tmp_path: Path) -> None:
    after = edited(tmp_path, "cron:\r\n  jobs:\r\n    a: {active: false}\r\n")
    assert after.count("\r\n") == after.count("\n") == 6


def test_a_section_in_braces_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(SupaopsError, match="cannot take an entry") as caught:
        edited(tmp_path, "cron: {jobs: {a: {active: false}}}\n")
    assert "block" in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["job_queue.yaml", *(f"environments/{e}.yaml" for e in
                                  ("local", "preview", "production", "staging"))])  # fmt: skip
def test_every_line_of_the_repositorys_own_files_stays(tmp_path: Path, name: str) -> None:
    before = (ROOT / "ops" / "config" / name).read_text()
    after = edited(tmp_path, before).splitlines()
    kept = iter(after)
    assert all(line in kept for line in before.splitlines() if line != "{}")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "on",
        "null",
        "1:30",
        "0x1F",
        "~",
        "a: b",
        " lead",
        "trail \n",
        "\n\nlines\n\n",
        "tab\there\nand\tthere",
        "cr\r\nlf",
        "é \u2028 \U0001f600",
        "'single' \"double\" \\",
        "# hash\n# more",
        "{{ x }} %s",
        "- item\n- item",
        "x" * 5000,
        "nbsp\xa0",
        "\x85",
        "\x07",
    ],
)
def test_any_text_is_read_back_as_it_was(tmp_path: Path, value: str) -> None:
    entries: dict[str, dict[str, object]] = {"a": {"sql": value}, f"k{value[:30]}": {"sql": "x"}}
    after = edited(tmp_path, "cron:\n  jobs:\n    old: {active: true}\n", entries)
    jobs = parse(after, "x").data["cron"]["jobs"]
    assert jobs == {"old": {"active": True}, **entries}


def test_a_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    target.write_text("cron:\n")
    target.chmod(0o640)
    link.symlink_to(target)
    edit(link, {JOBS: ENTRY}).write()
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert "nightly" in target.read_text()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
