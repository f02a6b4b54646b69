"""Users of Supabase Auth by the form, and by the cookie of their application."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from supaops.web.site import BASE
from tests.web.access.door import Door, configured, door
from tests.web.access.gotrue import OVERLAY, PASSWORD, GoTrue, variables
from tests.web.site import sign_in, token_of


@pytest.mark.parametrize("chunk", [10_000, 200])
def test_who_has_signed_in_to_the_application_is_in(
    project: GoTrue, supabase: Door, chunk: int
) -> None:
    text = project.cookie(project.token("vera@x.test"))
    parts = [text[start : start + chunk] for start in range(0, len(text), chunk)]
    many = len(parts) > 1
    held = {f"sb-127-auth-token{f'.{n}' if many else ''}": each for n, each in enumerate(parts)}
    cookie = "; ".join(f"{name}={value}" for name, value in held.items())
    with supabase.client() as client:
        client.headers["Cookie"] = cookie
        client.event_hooks = {}
        page = client.get(BASE)
        assert "let in as vera@x.test, viewer" in page.text
        out = {"form_token": token_of(client)}
        assert client.post(f"{BASE}/sign-out", data={}).status_code == 403
        answer = client.post(f"{BASE}/sign-out", data=out)
        assert answer.headers["location"] == BASE
        renewed = project.cookie(project.token("vera@x.test", iat=int(time.time()) - 5))
        client.headers["Cookie"] = f"sb-127-auth-token={renewed}"
        assert client.post(f"{BASE}/sign-out", data=out).status_code == 303


def test_an_application_whose_session_is_over_leads_to_the_form(
    project: GoTrue, supabase: Door
) -> None:
    old = project.cookie(project.token("ada@x.test", exp=time.time() - 60))
    for value in (old, "base64-", "base64-%%%", "base64-W10", "{", "x"):
        answer = httpx.get(supabase.root + BASE, headers={"Cookie": f"sb-127-auth-token={value}"})
        assert answer.status_code == 303
        assert answer.headers["location"].endswith("/sign-in")


def test_the_form_asks_supabase_auth_and_begins_a_session_of_ours(
    project: GoTrue, supabase: Door
) -> None:
    with supabase.client() as client:
        assert "Email" in client.get(f"{BASE}/sign-in").text
        assert sign_in(client, "ada@x.test", PASSWORD).status_code == 303
        assert "let in as ada@x.test, admin" in client.get(BASE).text
        assert project.asked_to_sign_in == 1
        assert project.granted
        held = "".join(str(each.value) for each in client.cookies.jar)
        assert not any(part in held for part in project.granted.split("."))


def test_a_wrong_password_is_told_as_anywhere_else(supabase: Door) -> None:
    with supabase.client() as client:
        for name in ("ada@x.test", "nobody@x.test"):
            answer = sign_in(client, name, "not the password")
            assert answer.status_code == 401
            assert "The name or the password is wrong." in answer.text


TROUBLES: dict[str, tuple[int, dict[str, Any], int]] = {
    "limit": (429, {"code": 429, "error_code": "over_request_rate_limit", "msg": "Wait"}, 429),
    "defect": (500, {"code": 500, "error_code": "unexpected_failure", "msg": "secret"}, 502),
    "no JSON": (502, {}, 502),
    "not confirmed": (400, {"code": 400, "error_code": "email_not_confirmed", "msg": "x"}, 401),
    "of old": (400, {"error": "invalid_grant", "error_description": "Invalid login"}, 401),
    "of 2024": (400, {"code": "invalid_credentials", "message": "Invalid login"}, 401),
}


@pytest.mark.parametrize("what", TROUBLES)
def test_the_troubles_of_supabase_auth_are_told_and_are_no_guesses(
    project: GoTrue, supabase: Door, what: str
) -> None:
    status, body, ours = TROUBLES[what]
    project.trouble = (status, body)
    with supabase.client() as client:
        for _ in range(6 if ours != 401 else 1):
            answer = sign_in(client, "ada@x.test", PASSWORD)
            assert answer.status_code == ours
            assert "secret" not in answer.text
        project.trouble = None
        assert sign_in(client, "ada@x.test", PASSWORD).status_code == 303


def test_guesses_are_slowed_down_before_supabase_auth_is_asked(
    project: GoTrue, supabase: Door
) -> None:
    with supabase.client() as client:
        statuses = [sign_in(client, "ada@x.test", "wrong").status_code for _ in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    assert project.asked_to_sign_in == 5


def test_an_account_with_a_second_factor_is_not_let_in_without_it(
    project: GoTrue, supabase: Door
) -> None:
    project.has_second_factor = True
    with supabase.client() as client:
        answer = sign_in(client, "ada@x.test", PASSWORD)
        assert answer.status_code == 403
        assert "second factor" in answer.text
        assert client.get(BASE).status_code == 303


def test_a_key_that_the_project_refuses_is_named(project: GoTrue, tmp_path: Path) -> None:
    with (
        door(configured(tmp_path, OVERLAY), variables(project, SUPABASE_ANON_KEY="x")) as opened,
        opened.client() as client,
    ):
        answer = sign_in(client, "ada@x.test", PASSWORD)
    assert answer.status_code == 502
    assert "dashboard.supabase.anon_key" in answer.text


def test_a_project_that_is_away_is_told_of(tmp_path: Path) -> None:
    away = GoTrue(keys=[], root="http://127.0.0.1:1")
    with (
        door(configured(tmp_path, OVERLAY), variables(away)) as opened,
        opened.client() as client,
    ):
        answer = sign_in(client, "ada@x.test", PASSWORD)
    assert answer.status_code == 503
    assert "Supabase Auth does not answer" in answer.text
