"""What each role may do, over all pages and acts that there are."""

from __future__ import annotations

import re

import pytest

from supaops.web.access.role import Role
from supaops.web.pages import ENTRIES
from supaops.web.site import BASE
from supaops.web.visit import Entry
from tests.web.access.door import ALL, Door
from tests.web.site import ROLES, token_of

ACTS = [each for each in ENTRIES if each.method == "POST"]


def address(entry: Entry) -> str:
    """Return an address that the entry answers."""
    return BASE + re.sub(r"\{[^}]+\}", "1", entry.path)


def named(entry: Entry) -> str:
    return f"{entry.method} {entry.path or '/'}"


@pytest.mark.parametrize("name", ROLES)
def test_each_page_and_act_answers_the_roles_that_it_is_for(opened: Door, name: str) -> None:
    role = Role[ROLES[name].upper()]
    with opened.signed_in(name) as client:
        token = token_of(client)
        for entry in ALL:
            data = {"form_token": token} if entry.method == "POST" else None
            answer = client.request(entry.method, address(entry), data=data)
            let_in = {"POST": 303, "GET": 200}[entry.method]
            expected = let_in if role >= entry.role else 403
            assert answer.status_code == expected, (named(entry), role)
            assert answer.status_code != 403 or "may not do this" in answer.text


def test_a_viewers_forged_act_is_refused_in_spite_of_a_right_token(opened: Door) -> None:
    with opened.signed_in("vera") as client:
        form = {"form_token": token_of(client)}
        assert client.post(f"{BASE}/trial/viewer", data=form).status_code == 303
        for path in ("operator", "admin"):
            answer = client.post(f"{BASE}/trial/{path}", data=form)
            assert answer.status_code == 403
            assert "viewer may not do this" in answer.text


def test_an_act_is_refused_without_its_token_whatever_the_role(opened: Door) -> None:
    with opened.signed_in("ada") as client:
        for data in ({}, {"form_token": "made up"}):
            assert client.post(f"{BASE}/trial/admin", data=data).status_code == 403
        form = {"form_token": token_of(client)}
        foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example.test"}
        answer = client.post(f"{BASE}/trial/admin", data=form, headers=foreign)
        assert answer.status_code == 403
        assert client.post(f"{BASE}/trial/admin", data=form).status_code == 303


def test_nobody_finds_a_page_or_an_act_without_signing_in(opened: Door) -> None:
    with opened.client() as client:
        for entry in ALL:
            answer = client.request(entry.method, address(entry))
            assert answer.status_code == 303, named(entry)
            assert "/sign-in" in answer.headers["location"]
            assert "let in as" not in answer.text


def test_what_changes_something_is_never_only_looked_at(opened: Door) -> None:
    with opened.signed_in("ada") as client:
        looks = {entry.path for entry in ALL if entry.method == "GET"}
        acts = (each for each in ALL if each.method == "POST" and each.path not in looks)
        for path in map(address, acts):
            for method in ("GET", "HEAD"):
                answer = client.request(method, path)
                assert answer.status_code in {404, 405}, (method, path)


def test_every_act_asks_for_more_than_a_viewer_unless_it_changes_nothing_of_others() -> None:
    # A preview, a round of checks that all share, and a cookie: none of them changes the queue.
    harmless = {"/bulk", "/health/run", "/theme"}
    for entry in ACTS:
        assert entry.role > Role.VIEWER or entry.path in harmless, named(entry)
