"""Runbooks as HTML, whatever is written in them."""

from __future__ import annotations

import re
from html import unescape

import pytest

from supaops.checks.catalogue import CHECKS
from supaops.checks.runbooks import runbook
from supaops.web.runbook import Page, runbook_page
from tests.docs.commands import complaint

FOLDER = "/dashboard/runbooks"


def page(text: str) -> Page:
    return runbook_page(text, "staging", FOLDER)


@pytest.mark.parametrize("check", [each.id for each in CHECKS])
def test_every_runbook_becomes_a_page_that_the_policy_lets_pass(check: str) -> None:
    made = page(runbook(check))
    assert made.title
    assert made.facts["owner"]
    assert "<h2>Is it real?</h2>" in made.html
    assert "<h1" not in made.html
    assert not re.search(r"<script|<img|\bstyle=|\bon[a-z]+=", made.html)
    assert "--env production" not in made.html
    assert all(
        href.startswith((FOLDER, "https://")) for href in re.findall('href="(.*?)"', made.html)
    )


@pytest.mark.parametrize("check", [each.id for each in CHECKS])
def test_every_command_on_a_runbook_s_page_is_one(check: str) -> None:
    told = re.findall(r"<code[^>]*>(.*?)</code>", page(runbook(check)).html, re.DOTALL)
    lines = [unescape(line).partition(" #")[0] for each in told for line in each.splitlines()]
    commands = [each for each in lines if each.startswith("supaops ")]
    assert [wrong for each in commands if (wrong := complaint(each))] == []


def test_html_in_a_runbook_is_shown_and_not_followed() -> None:
    html = page('<script>alert(1)</script>\n\nand <img src="x" onerror="alert(1)">').html
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<img" not in html


def test_html_in_a_command_is_shown_and_not_followed() -> None:
    assert "&lt;b&gt;" in page("```sh\necho '<b>'\n```").html


@pytest.mark.parametrize("address", ["javascript:alert(1)", "../explanation/health.md", "//evil"])
def test_a_link_that_leads_elsewhere_leads_nowhere(address: str) -> None:
    assert "href" not in page(f"[here]({address})").html


def test_a_link_to_another_runbook_leads_to_its_page() -> None:
    assert f'<a href="{FOLDER}/net.queue">' in page("[queue](net.queue.md)").html


def test_a_table_with_aligned_columns_has_no_style() -> None:
    html = page("| a | b |\n|--:|:-:|\n| 1 | 2 |").html
    assert "style" not in html
    assert '<th scope="col">a</th>' in html


def test_commands_name_the_environment_and_can_be_copied_one_by_one() -> None:
    html = page("```sh\nsupaops smoke --env production\n```\n\n```sql\nselect 1\n```").html
    assert "supaops smoke --env staging" in html
    ids = re.findall('<code id="(.*?)">', html)
    assert len(set(ids)) == 2
    assert re.findall('data-copy="#(.*?)"', html) == ids


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("`supaops apply`", "supaops apply --env staging"),
        ("`supaops plan --env production`", "supaops plan --env staging"),
        ("```sh\nsupaops verify --only a.b\n```", "supaops verify --only a.b --env staging"),
        ("`supaops serve`", "supaops serve"),
        ("`select supaops.harvest()`", "select supaops.harvest()"),
    ],
)
def test_a_command_that_acts_on_an_environment_names_this_one(written: str, shown: str) -> None:
    assert f">{shown}</code>" in page(written).html


def test_the_head_is_told_apart_from_the_text() -> None:
    made = page("---\nowner: Ops\nlast_tested: 2026-11-27\n---\n\n# It `broke`\n\ntext")
    assert made.facts == {"owner": "Ops", "last tested": "2026-11-27"}
    assert made.title == "It broke"
    assert made.html == "<p>text</p>\n"
