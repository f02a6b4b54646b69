"""A form counts only from a page of ours, and from the session that it was made for."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from itsdangerous import TimestampSigner

from supaops.web.site import BASE
from tests.web.access.door import Door
from tests.web.site import PASSWORDS, SAME_ORIGIN, sign_in, token_of

WAY_OUT = f"{BASE}/sign-out"


@pytest.fixture
def ada(opened: Door) -> Iterator[httpx.Client]:
    with opened.signed_in("ada") as client:
        yield client


def post(client: httpx.Client, token: str | None = None, **headers: str | None) -> httpx.Response:
    """Sign out, as a form that all may send, with other headers; None leaves one out."""
    data = {"form_token": token} if token is not None else {}
    request = client.build_request("POST", WAY_OUT, data=data)
    for name, value in headers.items():
        request.headers.pop(name.replace("_", "-"), None)
        if value is not None:
            request.headers[name.replace("_", "-")] = value
    return client.send(request)


def refused(answer: httpx.Response) -> bool:
    """Tell whether a form was refused by a page that says what to do."""
    told = "open the control room itself" in answer.text.lower() or "load the page" in answer.text
    return answer.status_code == 403 and told


def test_the_form_of_ones_own_page_is_taken(ada: httpx.Client) -> None:
    assert post(ada, token_of(ada)).status_code == 303
    assert ada.get(BASE).status_code == 303


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "", "SAME-ORIGIN"])
def test_a_form_of_another_site_is_refused_in_spite_of_its_token(
    ada: httpx.Client, site: str
) -> None:
    assert refused(post(ada, token_of(ada), sec_fetch_site=site))
    assert ada.get(BASE).status_code == 200


@pytest.mark.parametrize(
    "origin",
    [None, "null", "", "https://evil.example.test", "http://127.0.0.1", "http://127.0.0.1:1"],
)
def test_without_a_word_of_the_browser_the_origin_must_be_ours(
    ada: httpx.Client, origin: str | None
) -> None:
    assert refused(post(ada, token_of(ada), sec_fetch_site=None, origin=origin))


def test_an_old_browser_that_names_our_origin_is_believed(opened: Door, ada: httpx.Client) -> None:
    answer = post(ada, token_of(ada), sec_fetch_site=None, origin=opened.root)
    assert answer.status_code == 303


def test_the_origin_behind_a_proxy_is_that_of_the_browser(opened: Door) -> None:
    forwarded = {"X-Forwarded-Proto": "https", "Host": "ops.example.test"}
    with opened.signed_in("ada", **SAME_ORIGIN, **forwarded) as client:
        own = {"sec_fetch_site": None, "origin": "https://ops.example.test"}
        assert post(client, token_of(client), **own).status_code == 303


@pytest.mark.parametrize("token", [None, "", "x", "InZpc2l0b3Ii.aaaa.bbbb"])
def test_a_missing_or_made_up_token_is_refused(ada: httpx.Client, token: str | None) -> None:
    assert refused(post(ada, token))


def test_the_token_of_another_session_is_refused(opened: Door, ada: httpx.Client) -> None:
    with opened.signed_in("vera") as vera, opened.signed_in("ada") as elsewhere:
        assert refused(post(ada, token_of(vera)))
        assert refused(post(ada, token_of(elsewhere)))
    with opened.client() as nobody:
        assert refused(post(ada, token_of(nobody, "/sign-in")))


def test_a_token_ends(ada: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_of(ada)
    then = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: then(self) + 13 * 3600)
    with ada:
        assert post(ada, token).headers.get("location", "").endswith("/sign-in")


def test_nobody_is_signed_in_by_a_form_of_another_site(opened: Door) -> None:
    with opened.client(sec_fetch_site="cross-site") as client:
        answer = sign_in(client, "ada", PASSWORDS["ada"])
        assert answer.status_code == 403
        assert client.get(BASE).status_code == 303


def test_nobody_is_signed_in_by_a_form_made_for_another_browser(opened: Door) -> None:
    with opened.client() as mallory, opened.client() as victim:
        prepared = token_of(mallory, "/sign-in")
        victim.get(f"{BASE}/sign-in")
        answer = sign_in(victim, "ada", PASSWORDS["ada"], form_token=prepared)
        assert answer.status_code == 403
        assert victim.get(BASE).status_code == 303


def test_two_windows_of_the_sign_in_page_both_work(opened: Door) -> None:
    with opened.client() as client:
        first = token_of(client, "/sign-in")
        token_of(client, "/sign-in")
        answer = sign_in(client, "ada", PASSWORDS["ada"], form_token=first)
        assert answer.status_code == 303


def test_a_form_that_is_too_long_is_not_read(ada: httpx.Client) -> None:
    answer = ada.post(WAY_OUT, data=dict.fromkeys("abc", "x" * 900000))
    assert answer.status_code == 413
    assert "What was sent is too long." in answer.text
    answer = ada.post(WAY_OUT, data={"a": "x" * 1_100_000})
    assert answer.status_code == 400
    assert "Field exceeded maximum size of 1024KB." in answer.text


def test_no_answer_leads_to_another_host(opened: Door) -> None:
    with opened.client(host="evil.example.test") as client:
        for path in ("", "/", "/cron/", "/static", "//evil.example.test", "/sign-in/"):
            location = client.get(f"{opened.root}{BASE}{path}").headers.get("location", "")
            assert urlsplit(location).netloc in {"", "evil.example.test"}, path
            assert not location.startswith("//")
