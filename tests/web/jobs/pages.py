"""What a test reads from the page of jobs."""

from __future__ import annotations

import re
from html import unescape

import httpx

from tests.web.site import Served


def ids(answer: httpx.Response) -> list[int]:
    """Return the jobs of a page from top to bottom."""
    assert answer.status_code == 200, answer.text
    return [int(each) for each in re.findall(r'<tr id="job-(\d+)"', answer.text)]


def link(answer: httpx.Response, text: str) -> str | None:
    """Return where a link leads; None where there is none of this text."""
    found = re.search(rf'<a [^>]*href="([^"]*)"[^>]*>{text}</a>', answer.text)
    return unescape(found[1]) if found else None


def tile(answer: httpx.Response, label: str) -> tuple[str, str]:
    """Return value and note of a tile."""
    found = re.search(
        rf'<span class="tile-label">{label}</span>\s*<span class="tile-value">(.*?)</span>'
        r'\s*<span class="tile-note">(.*?)</span>',
        answer.text,
    )
    assert found, f"no tile {label}"
    return unescape(found[1]), unescape(found[2])


def hidden(answer: httpx.Response, name: str) -> str:
    """Return the value of a hidden field; the last, for the first is that of the sign-out."""
    found = re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', answer.text)
    return unescape(found[-1])


def post(
    client: httpx.Client, site: Served, path: str, form: httpx.Response, /, **fields: object
) -> httpx.Response:
    """Send a form of a page."""
    token = {"form_token": hidden(form, "form_token")}
    return client.post(site.url(path), data={**token, **fields})
