"""How a session begins, what it stands on, and what ends it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from itsdangerous import TimestampSigner

from supaops.web.site import BASE
from tests.web.access.door import Door, configured, door
from tests.web.site import OVERLAY, PASSWORDS, SAME_ORIGIN, VARIABLES, sign_in, token_of

COOKIE = "supaops_session_test"


def let_in(root: str, cookie: str) -> str | None:
    """Return what a page says to whoever holds a cookie; None where it lets nobody in."""
    answer = httpx.get(root + BASE, headers={"Cookie": f"{COOKIE}={cookie}"})
    return answer.text if answer.status_code == 200 else None


@pytest.fixture
def cookie(opened: Door) -> str:
    with opened.signed_in("otto") as client:
        return client.cookies[COOKIE]


def test_the_cookie_is_for_this_path_and_no_script(opened: Door) -> None:
    with opened.client() as client:
        answer = sign_in(client, "ada", PASSWORDS["ada"])
        parts = answer.headers["set-cookie"].split("; ")
    assert parts[0].startswith(f"{COOKIE}=")
    assert set(parts[1:]) == {"HttpOnly", "Max-Age=43200", f"Path={BASE}", "SameSite=lax"}


def test_over_https_the_cookie_is_secure_in_name_and_in_deed(opened: Door) -> None:
    with opened.client(**SAME_ORIGIN, x_forwarded_proto="https") as client:
        answer = sign_in(client, "ada", PASSWORDS["ada"])
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"__Secure-{COOKIE}=")
    assert "; Secure" in cookie
    plain = cookie.removeprefix("__Secure-").partition(";")[0]
    assert over_https(opened, f"__Secure-{plain}") == 200
    assert over_https(opened, plain) == 303


def over_https(opened: Door, cookie: str) -> int:
    """Return the status of a page for whoever holds a cookie."""
    headers = {"Cookie": cookie, "X-Forwarded-Proto": "https"}
    return httpx.get(opened.root + BASE, headers=headers).status_code


def test_a_cookie_that_was_changed_is_nobodys(opened: Door, cookie: str) -> None:
    assert "let in as otto, operator" in (let_in(opened.root, cookie) or "")
    body, signed_at, signature = cookie.rsplit(".", 2)
    other = "A" if signature[0] != "A" else "B"  # the last one has bits that count for nothing
    for changed in (
        f"{body}x.{signed_at}.{signature}",
        f"{body}.{signed_at[:-1]}.{signature}",
        f"{body}.{signed_at}.{other}{signature[1:]}",
        f"{body}.{signed_at}.",
        "",
    ):
        assert let_in(opened.root, changed) is None


def test_a_token_of_a_form_is_no_session(opened: Door) -> None:
    with opened.signed_in("ada") as client:
        assert let_in(opened.root, token_of(client)) is None


def test_a_session_ends_after_its_time(
    opened: Door, cookie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: then(self) + 12 * 3600 - 60)
    assert let_in(opened.root, cookie)
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: then(self) + 12 * 3600 + 60)
    assert let_in(opened.root, cookie) is None


def test_a_copy_of_the_cookie_is_worth_nothing_after_signing_out(opened: Door) -> None:
    with opened.signed_in("ada") as client:
        copy = client.cookies[COOKIE]
        assert let_in(opened.root, copy)
        answer = client.post(f"{BASE}/sign-out", data={"form_token": token_of(client)})
        assert f'{COOKIE}=""' in answer.headers["set-cookie"]
        assert let_in(opened.root, copy) is None


CHANGES = {
    "key": (OVERLAY, {"SUPAOPS_DASHBOARD_KEY": "another key, which is long enough as well"}),
    "password": (OVERLAY, {"OTTO_PASSWORD": "another password"}),
    "role": (OVERLAY.replace("role: operator", "role: viewer"), {}),
    "account": (OVERLAY.replace("otto:", "oskar:"), {}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_of_the_key_or_the_account_ends_its_sessions(
    cookie: str, what: str, tmp_path: Path
) -> None:
    overlay, variables = CHANGES[what]
    with door(configured(tmp_path, overlay), {**VARIABLES, **variables}) as another:
        assert let_in(another.root, cookie) is None


def test_a_change_of_another_account_ends_no_session(cookie: str, tmp_path: Path) -> None:
    with door(configured(tmp_path), VARIABLES | {"ADA_PASSWORD": "another password"}) as another:
        assert let_in(another.root, cookie)
