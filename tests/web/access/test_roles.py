"""What each role may do, over all pages and acts that there are."""

from __future__ import annotations

import re

import pytest

from supaops.web.access.role import Role
from supaops.web.pages import ENTRIES
from supaops.web.site import BASE
from supaops.web.visit import Entry
from tests.web.access.door import Door
from tests.web.site import ROLES, token_of

ACTS = [each for each in ENTRIES if each.method == "POST"]
LOOKS = [each for each in ENTRIES if each.method == "GET"]


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
        for entry in ENTRIES:
            data = {"form_token": token} if entry.method == "POST" else None
            answer = client.request(entry.method, address(entry), data=data)
            let_in = {"POST": 303, "GET": 200}[entry.method]
            expected = let_in if role >= entry.role else 403
            assert answer.status_code == expected, (named(entry), role)
            assert answer.status_code != 403 or "may not do this" in answer.text


def test_nobody_finds_a_page_or_an_act_without_signing_in(opened: Door) -> None:
    with opened.client() as client:
        for entry in ENTRIES:
            answer = client.request(entry.method, address(entry))
            assert answer.status_code == 303, named(entry)
            assert "/sign-in" in answer.headers["location"]
            assert "let in as" not in answer.text


def test_what_changes_something_is_never_only_looked_at(opened: Door) -> None:
    with opened.signed_in("ada") as client:
        looks = {entry.path for entry in LOOKS}
        for path in (address(entry) for entry in ACTS if entry.path not in looks):
            for method in ("GET", "HEAD"):
                answer = client.request(method, path)
                assert answer.status_code in {404, 405}, (method, path)


def test_every_act_asks_for_more_than_a_viewer_unless_it_changes_nothing_of_others() -> None:
    harmless = {"/theme", "/bulk"}
    for entry in ACTS:
        assert entry.role > Role.VIEWER or entry.path in harmless, named(entry)
