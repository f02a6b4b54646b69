"""What every answer says beside its page: headers, an id, a line in the log."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from unittest.mock import patch

import httpx
import pytest

from supaops.web.assets import FOLDER, asset, version
from supaops.web.headers import HEADERS
from supaops.web.pages import ENTRIES
from supaops.web.site import BASE
from tests.projects import ROOT
from tests.waiting import until
from tests.web.access.door import Door, configured, door
from tests.web.site import OVERLAY, SAME_ORIGIN

STATIC = sorted(str(each.relative_to(FOLDER)) for each in FOLDER.rglob("*") if each.is_file())
PATHS = ["", "/sign-in", "/no/such/page", "/sign-out", *(f"/static/{each}" for each in STATIC)]
INLINE = re.compile(r"<style|<script(?![^>]*\ssrc=)|\sstyle\s*=|\son[a-z]+\s*=|javascript:", re.I)
TEMPLATES = sorted((ROOT / "templates" / "html").rglob("*.j2"))


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_headers_that_keep_others_out(opened: Door, path: str) -> None:
    with opened.signed_in("ada") as client:
        answer = client.get(BASE + path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "server" not in answer.headers
    assert "strict-transport-security" not in answer.headers


def test_every_page_has_them(opened: Door) -> None:
    with opened.signed_in("ada") as client:
        for entry in (each for each in ENTRIES if each.method == "GET"):
            answer = client.get(BASE + re.sub(r"\{[^}]+\}", "1", entry.path))
            assert answer.headers.items() >= {k.lower(): v for k, v in HEADERS.items()}.items()
            assert answer.headers["cache-control"] == "no-store"


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert set(re.findall(r" ('?[a-z:-]+'?)(?=;|$)", policy)) <= {"'none'", "'self'"}


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_no_template_holds_a_script_or_a_style_of_its_own(file: Path) -> None:
    assert not INLINE.search(file.read_text(encoding="utf-8"))
    assert "| safe" not in file.read_text(encoding="utf-8")


def test_over_https_the_browser_is_told_to_stay_there(opened: Door) -> None:
    answer = httpx.get(f"{opened.root}{BASE}/sign-in", headers={"X-Forwarded-Proto": "https"})
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_over_https_every_cookie_is_secure(opened: Door) -> None:
    with opened.client(**SAME_ORIGIN, x_forwarded_proto="https") as client:
        answer = client.post(f"{BASE}/sign-out")
        ended = client.post(f"{BASE}/cron")
        looked = client.get(f"{BASE}/sign-in")
    cookies = [
        each for told in (answer, ended, looked) for each in told.headers.get_list("set-cookie")
    ]
    assert cookies
    assert all(each.endswith("; Secure") for each in cookies)
    assert all("; HttpOnly" in each and "; SameSite=lax" in each for each in cookies)


def test_a_stranger_cannot_say_that_it_is_https(tmp_path: Path) -> None:
    with door(configured(tmp_path, OVERLAY)) as opened:
        claims = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
        answer = httpx.get(f"{opened.root}{BASE}/sign-in", headers=claims)
        assert "strict-transport-security" not in answer.headers
        assert "Secure" not in answer.headers["set-cookie"]


def test_a_static_file_is_kept_by_the_address_of_its_content_alone(opened: Door) -> None:
    def keeping(address: str) -> str:
        return httpx.get(opened.root + address).headers["cache-control"]

    assert keeping(asset("app.css")) == "public, max-age=31536000, immutable"
    assert keeping(f"{BASE}/static/app.css") == "no-cache"
    assert keeping(f"{BASE}/static/app.css?v=old") == "no-cache"
    assert keeping(f"{BASE}/static/no-such-file.css?v=") == "no-store"


def test_every_page_asks_for_static_files_by_their_content(opened: Door) -> None:
    text = httpx.get(f"{opened.root}{BASE}/sign-in").text
    asked = re.findall(rf'{BASE}/static/([^"?]+)(\?v=[0-9a-f]+)?"', text)
    assert asked
    assert [f"?v={version(name)}" for name, _ in asked] == [query for _, query in asked]


@pytest.mark.parametrize("path", ["/cron/", "/static/", "/static/../app.py", "/%2e%2e/x", "/sign"])
def test_what_there_is_not_has_a_page_that_says_so(opened: Door, path: str) -> None:
    answer = httpx.get(opened.root + BASE + path)
    assert answer.status_code == 404
    assert "There is no such page." in answer.text
    assert "let in as" not in answer.text


def test_the_root_is_no_page_and_leads_nowhere(opened: Door) -> None:
    assert httpx.get(opened.root).status_code == 404


def test_a_wrong_method_has_a_page_that_says_so(opened: Door) -> None:
    answer = httpx.get(f"{opened.root}{BASE}/sign-out")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_a_defect_shows_nothing_of_itself_and_its_place_is_in_the_log(
    opened: Door, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "a payload"

    def fail(*_: object) -> None:
        raise KeyError(secret)

    with (
        opened.signed_in("ada", x_request_id="the-4th", sec_fetch_site="same-origin") as client,
        patch.object(opened.site.gate.sessions, "user", fail),
    ):
        answer = client.get(BASE)
    assert answer.status_code == 500
    assert "This is a defect of supaops." in answer.text
    assert "the-4th" in answer.text
    assert answer.headers["content-security-policy"]
    (told,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert "KeyError" in told.getMessage()
    assert "in fail" in told.getMessage()
    assert getattr(told, "request_id", "") == "the-4th"
    for text in (answer.text, told.getMessage(), str(told.exc_info)):
        assert secret not in text


def _is_of(record: logging.LogRecord, path: str) -> bool:
    """Tell whether a line is our own of this path: a test's uvicorn may log as well."""
    return record.name == "supaops.web.access" and path in record.getMessage()


def test_each_request_is_one_line_with_its_user_and_without_its_query(
    opened: Door, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "supaops.web.access")
    with opened.signed_in("otto") as client:
        answer = client.get(f"{BASE}/audit?payload=secret", headers={"X-Request-Id": "abc-1"})
    told = until(lambda: [each for each in caplog.records if _is_of(each, "/audit")])[0]
    assert re.fullmatch(rf"GET {BASE}/audit 200 \d+ ms", told.getMessage())
    known = vars(told)
    assert (known["status"], known["user"], known["request_id"]) == (200, "otto", "abc-1")
    assert answer.headers["x-request-id"] == "abc-1"


def test_an_id_that_is_not_plain_is_not_taken_over(opened: Door) -> None:
    for given in ("a b", "<script>", "x" * 65, ""):
        answer = httpx.get(opened.root + BASE, headers={"X-Request-Id": given})
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])
