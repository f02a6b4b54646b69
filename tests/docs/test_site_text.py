"""What the site makes of a document's text, and of its HTML."""

from __future__ import annotations

import re

import pytest

from docsite.dialect import as_python_markdown, github_slug
from docsite.links import as_site_links, place, targets
from docsite.navigation import expanded, first_page, lead_of, sections
from docsite.options import with_whole_options
from docsite.sources import source_page
from tests.docs.markdown import DOCUMENTS, anchors, read

PROOF = '[yes](../../tests/docs/test_links.py "test_the_links_were_found")'


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("Everywhere:\n- one", "Everywhere:\n\n- one"),
        ("- one\n- two", "- one\n- two"),
        ("an answer of\n503. A worker", "an answer of\n503. A worker"),
        ("- one\n  - below", "- one\n    - below"),
        ("1. one\n   ```sql\n   a\n     b\n   ```", "1. one\n    ```sql\n    a\n      b\n    ```"),
        ("    - code\n      - code", "    - code\n      - code"),
        ("```yaml\na:\n- b\n```", "```yaml\na:\n- b\n```"),
        ("- one\n\ntext\n  text", "- one\n\ntext\n  text"),
    ],
)
def test_lists_are_read_as_github_reads_them(written: str, read_as: str) -> None:
    assert as_python_markdown(written) == read_as


def test_anchors_are_those_of_github() -> None:
    headings = [line.lstrip("# ") for line in read(DOCUMENTS[0]).splitlines() if line[:1] == "#"]
    assert {github_slug(each, "-") for each in headings} == anchors(DOCUMENTS[0])
    assert github_slug("`a.b`, and _c", "-") == "ab-and-_c"


def test_a_link_to_a_file_outside_of_docs_leads_to_its_page_and_test() -> None:
    shown = as_site_links(PROOF, "docs/explanation/comparison.md")
    assert shown.startswith("[yes](../repository/tests/docs/test_links.py.md#test_the_links_")
    assert shown.endswith(' "test_the_links_were_found")')


@pytest.mark.parametrize(
    ("link", "origin", "expected"),
    [
        ("[a](docs/runbooks/)", "README.md", "[a](../runbooks/index.md)"),
        ("[a](../runbooks/watch.md#fix)", "docs/adr/0001.md", "[a](../runbooks/watch.md#fix)"),
        ("[a](CONTRIBUTING.md)", "README.md", "[a](CONTRIBUTING.md)"),
        ("[a](../README.md)", "docs/index.md", "[a](repository/README.md)"),
        ("[a](https://example.com/a)", "README.md", "[a](https://example.com/a)"),
        ("[a](#fix)", "README.md", "[a](#fix)"),
        ("```sh\n[a](tests/)\n```", "README.md", "```sh\n[a](tests/)\n```"),
    ],
)
def test_a_link_of_the_repository_becomes_one_of_the_site(
    link: str, origin: str, expected: str
) -> None:
    assert as_site_links(link, origin) == expected


def test_what_a_page_links_to_is_named_once_from_the_root() -> None:
    page = f"{PROOF} {PROOF} [b](../adr/0001.md) [c](https://example.com)"
    assert list(targets(page, "docs/explanation/comparison.md")) == [
        "tests/docs/test_links.py",
        "docs/adr/0001.md",
    ]


def test_a_file_has_one_place_in_the_site() -> None:
    assert place("docs/adr") == "adr/index.md"
    assert place("tests") == "repository/tests/index.md"
    assert place("ops/config/job_queue.yaml") == "repository/ops/config/job_queue.yaml.md"


def test_the_text_of_a_file_is_escaped_and_no_fence_in_it_ends_its_page() -> None:
    shown = source_page("a.py", 'def test_a() -> None:\n    """```<b>"""\n')
    assert '<span id="test_a" class="test">' in shown
    assert "<b>" not in shown
    assert "`" not in shown.split("</h1>")[-1].partition("<div")[2]


def test_a_folder_in_the_navigation_stands_for_its_pages_group_by_group() -> None:
    nav = expanded(
        [{"Runbooks": "runbooks/"}, "a.md"], ["runbooks/net.dns.md", "runbooks/watch.md"]
    )
    [(title, folder, members)] = list(sections(nav))
    assert (title, folder) == ("Runbooks", "runbooks")
    assert {"pg_net and the worker's answers": ["runbooks/net.dns.md"]} in members
    pages = dict.fromkeys(["runbooks/net.dns.md", "runbooks/watch.md"], "# No name\n")
    assert "- [No name](net.dns.md): `net.dns`" in first_page(title, folder, members, pages)


@pytest.mark.parametrize(
    ("page", "lead"),
    [
        (
            "---\na: b\n---\n# A\n\nWhat [it](x.md) is for, in short. More.",
            "What it is for, in short.",
        ),
        (
            "# A\n\n<!-- made -->\n\nIt begins with a comment here:\n\n    a",
            "It begins with a comment here",
        ),
        ("# A\n\n    code that is long and has words\n", ""),
        ("# A\n\n## B", ""),
        ("# A\n\nVery short.", ""),
    ],
)
def test_a_page_is_listed_with_its_first_sentence(page: str, lead: str) -> None:
    assert lead_of(page) == lead


@pytest.mark.parametrize(
    ("code", "whole"),
    [
        ("plan --exit-code", ["--exit-code"]),
        ("supaops plan --env E --out FILE", ["--env", "--out"]),
        ("-- a comment, and a-b--c", []),
    ],
)
def test_an_option_is_one_word_to_a_browser(code: str, whole: list[str]) -> None:
    html = with_whole_options(f"<p>--never <code>{code}</code></p>")
    assert re.findall(r'<span class="option">([^<]*)</span>', html) == whole
    assert re.sub(r"</?span[^>]*>", "", html) == f"<p>--never <code>{code}</code></p>"
