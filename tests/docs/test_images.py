"""The pictures of docs/images: whole in themselves, shown, and of commands that are still so."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from supaops.checks.catalogue import CHECKS
from supaops.plan import Action
from supaops.report import plan_text
from supaops.report.incident import sections
from tests.docs.commands import complaint
from tests.docs.markdown import name_of, read
from tests.docs.picture import CONTROL_ROOM, SCENES, picture
from tests.projects import ROOT

IMAGES = ROOT / "docs" / "images"
TERMINALS = [IMAGES / f"{name}.svg" for name in SCENES]
RECORDED = [*TERMINALS, IMAGES / CONTROL_ROOM]
SHOWN = re.compile(r"!\[([^\]]*)\]\((docs/images/[^)]+)\)")
LOADED = re.compile(r"@import|@font-face|url\((?!#)|<script|<image|href=|src=", re.IGNORECASE)
SECTION = re.compile(r'Section\(f?"([^"{]+)')
MOST_BYTES = 150_000


def words(name: str) -> str:
    """Return what the picture of a terminal says, without its blanks."""
    texts = re.findall(r"<text[^>]*>(.*?)</text>", read(IMAGES / f"{name}.svg"), re.DOTALL)
    return without_blanks(unescape("".join(texts)))


def without_blanks(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_no_picture_is_large() -> None:
    assert [path.name for path in RECORDED if path.stat().st_size > MOST_BYTES] == []


@pytest.mark.parametrize("path", TERMINALS, ids=name_of)
def test_a_picture_of_a_terminal_loads_nothing_and_names_a_command_that_parses(path: Path) -> None:
    title = ET.fromstring(read(path)).findtext("{http://www.w3.org/2000/svg}title")  # noqa: S314  ours
    assert title == SCENES[path.stem]
    assert complaint(title) == ""
    assert LOADED.findall(read(path)) == []


@pytest.mark.parametrize(
    "hostile", ["</text><script>", "https://example.test/a?b=c&d", "\x1b[31mred"]
)
def test_a_picture_of_any_output_is_whole_and_loads_nothing(hostile: str) -> None:
    drawn = picture("any", "supaops jobs list --error 'a<b & c'", f"{hostile}\n" * 3)
    ET.fromstring(drawn)  # noqa: S314  ours
    assert LOADED.findall(drawn) == []


def test_the_picture_of_a_plan_has_the_headings_that_a_plan_has() -> None:
    shown = [plan_text._SECTIONS[each] for each in (Action.CREATE, Action.DRIFT, Action.FOREIGN)]
    assert [each for each in shown if without_blanks(f"{each}:") not in words("plan")] == []


def test_the_picture_of_verify_has_every_group_of_checks_and_their_number() -> None:
    assert [each.group for each in CHECKS if each.group not in words("verify")] == []
    assert f"of{len(CHECKS)}checksOK" in words("verify")


def test_the_picture_of_an_incident_has_every_section_of_the_page() -> None:
    titles = SECTION.findall(read(Path(sections.__file__)))
    assert len(titles) >= 5
    assert [each for each in titles if without_blanks(each) not in words("incident")] == []


def test_the_readme_shows_each_picture_and_says_what_is_on_it() -> None:
    shown = {path: alt for alt, path in SHOWN.findall(read(ROOT / "README.md"))}
    assert {f"docs/images/{path.name}" for path in RECORDED} <= set(shown)
    assert [path for path, alt in shown.items() if len(alt) < 40] == []
