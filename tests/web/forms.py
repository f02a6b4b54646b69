"""Forms of the control room as a browser without JavaScript sends them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx

from supaops.web.access.gate import FIELD
from supaops.web.site import BASE
from tests.web.site import Served

_TOKEN = re.compile(rf'name="{FIELD}" value="([^"]+)"')


def post(client: httpx.Client, page: str, path: str, **fields: str) -> httpx.Response:
    """Send a form of a page with its token; no way is followed.

    Args:    page, path: below the control room's own, such as ``/cron`` and ``/cron/run``.
    """
    found = _TOKEN.search(client.get(BASE + page).text)
    assert found, f"{page} has no form"
    return client.post(BASE + path, data={FIELD: found[1], **fields})


def notice(client: httpx.Client, answer: httpx.Response) -> str:
    """Follow the way that an act has led to, and return what the page says of it."""
    assert answer.status_code == 303, answer.text
    text = client.get(answer.headers["location"]).text
    found = re.search(r'id="notice" role="[a-z]+">\s*<p>(.*?)</p>', text)
    assert found, "no notice"
    return found[1].replace("&#39;", "'")


@contextmanager
def visiting(room: Served, name: str) -> Iterator[httpx.Client]:
    """Lend a client that is signed in as somebody."""
    with closing(room.client(name)) as client:
        yield client
