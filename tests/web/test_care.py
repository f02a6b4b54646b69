"""What the style sheet owes to whoever reads it. Pure."""

from __future__ import annotations

import hashlib
import re

import pytest

from supaops.web.assets import FOLDER

CSS = (FOLDER / "app.css").read_text(encoding="utf-8")
_TOKEN = re.compile(r"--([\w-]+): (?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}));")
TOKENS = {name: (light or both, dark or both) for name, light, dark, both in _TOKEN.findall(CSS)}
GROUNDS = ("paper", "surface", "raised")
TEXTS = ("ink", "soft", "accent", "ok", "busy", "wait", "warn", "bad")
"""The pairs that parts of the page make of them; 4.5:1 by WCAG 2.2, 1.4.3."""
PAIRS = [
    *((text, ground) for text in TEXTS for ground in GROUNDS),
    *((each, f"{each}-tint") for each in ("accent", "ok", "busy", "wait", "warn", "bad")),
    *(("ink", f"{each}-tint") for each in ("accent", "ok", "busy", "wait", "warn", "bad")),
    *(("soft", f"{each}-tint") for each in ("accent", "busy", "bad")),
    ("accent", "busy-tint"),
    ("on-accent", "accent"),
    ("on-alarm", "alarm"),
]
"""What shows where a control is, or that it has the focus; 3:1 by 1.4.11."""
EDGES = [(edge, ground) for edge in ("edge", "focus", "accent") for ground in GROUNDS]


def _luminance(colour: str) -> float:
    """Return the relative luminance. Source: WCAG 2.2, relative luminance."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the ratio of two colours, from 1 to 21. Source: WCAG 2.2, contrast ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_a_text_is_readable_on_its_ground(text: str, ground: str, scheme: int) -> None:
    assert contrast(TOKENS[text][scheme], TOKENS[ground][scheme]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_the_edge_of_a_control_can_be_seen(edge: str, ground: str, scheme: int) -> None:
    assert contrast(TOKENS[edge][scheme], TOKENS[ground][scheme]) >= 3


def test_the_ratio_of_black_and_white_is_the_largest() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21


def test_a_colour_is_a_token_outside_print() -> None:
    rules = CSS[CSS.index("/* Elements */") : CSS.index("@media print")]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", rules) == []


def test_each_page_has_its_place_in_the_order_of_the_frame() -> None:
    places = re.findall(r"^/\* -- ([\w-]+) -- \*/$", CSS, re.MULTILINE)
    pages = ["Jobs", "Job", "Cron", "Queues", "Charts", "Audit", "Health", "Incident"]
    assert places == ["Sign-in", "Shell", *pages, "Phone"]


def test_a_vendored_file_is_the_one_that_the_readme_names() -> None:
    folder = FOLDER / "vendor"
    told = dict(re.findall(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", _readme(), re.MULTILINE))
    found = {
        each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in folder.glob("*.js")
    }
    assert told == found


def _readme() -> str:
    return (FOLDER / "vendor" / "README.md").read_text(encoding="utf-8")
