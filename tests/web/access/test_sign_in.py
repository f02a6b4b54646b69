"""The page where one signs in, credentials in a header, and what is told to whoever guesses."""

from __future__ import annotations

import logging

import httpx
import pytest

from supaops.web.site import BASE
from tests.web.access.door import Door
from tests.web.site import PASSWORDS, SAME_ORIGIN, sign_in, token_of


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("/cron?name=a%20b&x=1", "/cron?name=a%20b&x=1"),
        ("?status=failed", "?status=failed"),
        ("//evil.example.test", ""),
        ("https://evil.example.test", ""),
        ("@evil.example.test", ""),
        ("/../../elsewhere", ""),
        ("/\\evil.example.test", ""),
        ("/x\r\nSet-Cookie: a=b", ""),
    ],
)
def test_who_signs_in_comes_to_the_page_that_was_asked_for_and_never_to_another_site(
    opened: Door, wanted: str, found: str
) -> None:
    with opened.client() as client:
        answer = sign_in(client, "ada", PASSWORDS["ada"], next=wanted)
        assert answer.headers["location"] == BASE + found


def test_a_page_that_was_asked_for_is_remembered_on_the_way(opened: Door) -> None:
    with opened.client() as client:
        way = client.get(f"{BASE}/audit?actor=x").headers["location"]
        assert way == f"{BASE}/sign-in?next=%2Faudit%3Factor%3Dx"
        assert 'name="next" value="/audit?actor=x"' in client.get(way).text


def test_an_act_without_a_session_says_that_nothing_was_done(opened: Door) -> None:
    with opened.client() as client:
        answer = client.post(f"{BASE}/sign-out")
        assert answer.headers["location"] == f"{BASE}/sign-in"


def test_a_wrong_name_and_a_wrong_password_are_told_alike(opened: Door) -> None:
    with opened.client() as client:
        answers = [sign_in(client, name, "not the password") for name in ("ada", "nobody")]
    texts = {
        answer.text.replace("nobody", "ada").replace(token, "")
        for answer in answers
        for token in [answer.text.partition('form_token" value="')[2].partition('"')[0]]
    }
    assert len(texts) == 1
    assert {answer.status_code for answer in answers} == {401}
    assert "The name or the password is wrong." in texts.pop()


def test_guesses_are_slowed_down_and_the_right_password_too(opened: Door) -> None:
    with opened.client() as client:
        token = token_of(client, "/sign-in")
        tries = [
            client.post(
                f"{BASE}/sign-in", data={"name": "ada", "password": word, "form_token": token}
            )
            for word in ["wrong"] * 5 + [PASSWORDS["ada"]]
        ]
        assert [answer.status_code for answer in tries] == [401] * 5 + [429]
        assert 1 <= int(tries[-1].headers["retry-after"]) <= 15
        assert f"Wait {tries[-1].headers['retry-after']} s" in tries[-1].text
        assert sign_in(client, "vera", PASSWORDS["vera"]).status_code == 303
    with opened.client(**SAME_ORIGIN, x_forwarded_for="192.0.2.7") as elsewhere:
        assert sign_in(elsewhere, "ada", PASSWORDS["ada"]).status_code == 303


def test_guesses_in_a_header_are_slowed_down_as_well(opened: Door) -> None:
    tries = [
        httpx.get(opened.root + BASE, auth=("ada", word)).status_code
        for word in ["wrong"] * 5 + [PASSWORDS["ada"]]
    ]
    assert tries == [401] * 5 + [429]


def test_the_log_has_who_and_whence_and_never_a_password(
    opened: Door, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "supaops")
    with opened.client(**SAME_ORIGIN, x_forwarded_for="192.0.2.7") as client:
        sign_in(client, "ada", "my password of another place")
        sign_in(client, "eve\ninjected", "another one")
        sign_in(client, "ada", PASSWORDS["ada"])
    told = [
        (each.message, getattr(each, "user", ""), getattr(each, "address", ""))
        for each in caplog.records
        if "sign" in each.message and "/sign-in" not in each.message
    ]
    assert told == [
        ("sign-in failed", "ada", "192.0.2.7"),
        ("sign-in failed", "eve\N{REPLACEMENT CHARACTER}injected", "192.0.2.7"),
        ("signed in", "ada", "192.0.2.7"),
    ]
    everything = "".join(str(vars(each)) for each in caplog.records)
    for secret in ("my password of another place", "another one", PASSWORDS["ada"]):
        assert secret not in everything


def test_a_script_comes_in_with_basic_and_gets_no_cookie(opened: Door) -> None:
    answer = httpx.get(opened.root + BASE, auth=("otto", PASSWORDS["otto"]))
    assert answer.status_code == 200
    assert "let in as otto, operator" in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("header", ["Basic", "Basic !", "Basic b3R0bw==", "Bearer x", "x", ""])
def test_credentials_that_are_none_are_refused_and_no_browser_is_asked_for_some(
    opened: Door, header: str
) -> None:
    answer = httpx.get(opened.root + BASE, headers={"Authorization": header})
    assert answer.status_code == 401
    assert "www-authenticate" not in answer.headers


def test_a_header_that_is_wrong_is_not_made_up_for_by_a_session(opened: Door) -> None:
    with opened.signed_in("ada") as client:
        assert client.get(BASE, auth=("ada", "not the password")).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example.test"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "{root}"}, 303),
    ],
)
def test_a_browser_that_keeps_a_password_cannot_be_used_by_another_site(
    opened: Door, headers: dict[str, str], status: int
) -> None:
    own = {name: value.format(root=opened.root) for name, value in headers.items()}
    auth = ("otto", PASSWORDS["otto"])
    answer = httpx.post(f"{opened.root}{BASE}/sign-out", auth=auth, headers=own)
    assert answer.status_code == status
