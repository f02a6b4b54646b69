"""Users of Supabase Auth: by a token, by the form, and by the cookie of their application."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.utils import base64url_encode

from supaops.web.access.supabase.keys import PublicKeys
from supaops.web.site import BASE
from tests.web.access.door import Door, configured, door
from tests.web.access.gotrue import ANON_KEY, PASSWORD, GoTrue, SigningKey, gotrue
from tests.web.site import KEY, sign_in, token_of

OVERLAY = "dashboard: {auth: supabase}\n"
SECRET = "a secret that tokens of this project were signed with of old"
WITH_SECRET = "dashboard: {auth: supabase, supabase: {jwt_secret: env(JWT_SECRET)}}\n"


def variables(project: GoTrue, **more: str) -> dict[str, str]:
    return {
        "SUPAOPS_DASHBOARD_KEY": KEY,
        "SUPABASE_URL": f"{project.root}/",
        "SUPABASE_ANON_KEY": ANON_KEY,
        "JWT_SECRET": SECRET,
        **more,
    }


@pytest.fixture(scope="module")
def served() -> Iterator[GoTrue]:
    with gotrue() as made:
        yield made


@pytest.fixture(scope="module")
def with_keys(served: GoTrue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("keys")
    with door(configured(folder, OVERLAY), variables(served)) as made:
        yield made


@pytest.fixture(scope="module")
def with_secret(served: GoTrue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("secret")
    with door(configured(folder, WITH_SECRET), variables(served)) as made:
        yield made


@pytest.fixture
def project(served: GoTrue) -> GoTrue:
    """Return a project that nobody has asked yet."""
    served.renew()
    return served


@pytest.fixture
def supabase(project: GoTrue, with_keys: Door) -> Door:
    """Return a fresh control room for the users of a project that shows its public keys."""
    del project
    with_keys.renew()
    return with_keys


@pytest.fixture
def of_old(project: GoTrue, with_secret: Door) -> Door:
    """Return a fresh control room for the users of a project that signs with a shared secret."""
    del project
    with_secret.renew()
    return with_secret


def ask(opened: Door, token: str) -> httpx.Response:
    return httpx.get(opened.root + BASE, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_a_token_of_the_project_lets_its_user_in(
    project: GoTrue, supabase: Door, algorithm: str
) -> None:
    project.keys = [SigningKey.new("one", algorithm)]
    answer = ask(supabase, project.token("ada@x.test"))
    assert answer.status_code == 200
    assert "let in as ada@x.test, admin" in answer.text
    assert "set-cookie" not in answer.headers


BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "too old": {"exp": time.time() - 60},
    "without an end": {"exp": None},
    "for another audience": {"aud": "anon"},
    "of another project": {"iss": "https://other.supabase.co/auth/v1"},
    "without a user": {"sub": None},
    "from the future": {"iat": time.time() + 3600, "nbf": time.time() + 3600},
}


@pytest.mark.parametrize("what", BAD_CLAIMS)
def test_a_token_that_is_not_good_lets_nobody_in(
    project: GoTrue, supabase: Door, what: str
) -> None:
    claims = project.claims("ada@x.test", **BAD_CLAIMS[what])
    token = project.keys[0].sign({key: value for key, value in claims.items() if value is not None})
    assert ask(supabase, token).status_code == 401
    assert ask(supabase, project.token("ada@x.test")).status_code == 200


def test_a_token_signed_by_another_key_of_the_same_name_lets_nobody_in(
    project: GoTrue, supabase: Door
) -> None:
    forged = SigningKey.new(project.keys[0].name).sign(project.claims("ada@x.test"))
    assert ask(supabase, forged).status_code == 401


def test_a_token_that_claims_to_need_no_signature_lets_nobody_in(
    project: GoTrue, supabase: Door, of_old: Door
) -> None:
    forged = jwt.encode(project.claims("ada@x.test"), "", algorithm="none")
    assert ask(supabase, forged).status_code == 401
    assert ask(of_old, forged).status_code == 401


def test_a_public_key_signs_nothing(project: GoTrue, supabase: Door, of_old: Door) -> None:
    public = project.keys[0].private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    claims = project.claims("ada@x.test")
    header = base64url_encode(b'{"alg":"HS256","typ":"JWT","kid":"first"}')
    body = header + b"." + base64url_encode(json.dumps(claims).encode())
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(body, pem)
    forged = (body + b"." + base64url_encode(signature)).decode()
    assert ask(supabase, forged).status_code == 401
    assert ask(of_old, forged).status_code == 401


def test_a_shared_secret_in_the_list_of_public_keys_is_passed_over(
    project: GoTrue, supabase: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = {"kty": "oct", "kid": "shared", "alg": "HS256", "k": base64url_encode(b"x" * 32)}
    keys = [{**shared, "k": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg"}, *project.shown_keys]
    monkeypatch.setattr(GoTrue, "shown_keys", keys)
    claims = project.claims("ada@x.test")
    forged = jwt.encode(claims, "x" * 32, algorithm="HS256", headers={"kid": "shared"})
    assert ask(supabase, forged).status_code == 401
    assert ask(supabase, project.token("ada@x.test")).status_code == 200


def test_only_public_keys_for_signing_are_kept() -> None:
    good = SigningKey.new("good").shown
    others = [
        {"kty": "oct", "kid": "shared", "k": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg"},
        good | {"kid": "for encryption", "use": "enc"},
        {"kty": "EC", "kid": "broken"},
        {"kid": "of an unknown kind", "kty": "PQ"},
        {key: value for key, value in good.items() if key != "kid"},
    ]
    keys = PublicKeys(lambda: {"keys": [*others, good]})
    assert keys.named("good")
    assert [each["kid"] for each in others if "kid" in each and keys.named(each["kid"])] == []


def test_with_a_secret_only_tokens_signed_with_it_let_in(project: GoTrue, of_old: Door) -> None:
    claims = project.claims("ada@x.test")
    assert ask(of_old, jwt.encode(claims, SECRET, algorithm="HS256")).status_code == 200
    other = SECRET.upper()
    assert ask(of_old, jwt.encode(claims, other, algorithm="HS256")).status_code == 401
    assert ask(of_old, jwt.encode(claims, SECRET * 2, algorithm="HS512")).status_code == 401
    assert ask(of_old, project.token("ada@x.test")).status_code == 401
    assert project.asked_for_keys == 0


def test_keys_are_read_once_and_again_for_a_new_one_but_not_for_each_stranger(
    project: GoTrue, supabase: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        assert ask(supabase, project.token("ada@x.test")).status_code == 200
    assert project.asked_for_keys == 1
    project.keys.append(SigningKey.new("second"))
    assert ask(supabase, project.token("ada@x.test")).status_code == 401
    assert project.asked_for_keys == 1
    _pass(supabase, monkeypatch, 31)
    assert ask(supabase, project.token("ada@x.test")).status_code == 200
    for number in range(3):
        made_up = SigningKey.new(f"made up {number}").sign(project.claims("ada@x.test"))
        assert ask(supabase, made_up).status_code == 401
    assert project.asked_for_keys == 2


def test_a_key_that_the_project_has_withdrawn_is_forgotten(
    project: GoTrue, supabase: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = project.token("ada@x.test")
    assert ask(supabase, token).status_code == 200
    project.keys = [SigningKey.new("second")]
    _pass(supabase, monkeypatch, 601)
    assert ask(supabase, token).status_code == 401


def test_keys_that_were_read_stay_good_while_the_project_does_not_answer(
    project: GoTrue, supabase: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(supabase, project.token("ada@x.test")).status_code == 200
    project.trouble = (500, {})
    _pass(supabase, monkeypatch, 601)
    assert ask(supabase, project.token("ada@x.test")).status_code == 200
    assert project.asked_for_keys == 2


def test_a_project_that_shows_no_keys_is_told_of(project: GoTrue, supabase: Door) -> None:
    token, project.keys = project.token("ada@x.test"), []
    answer = ask(supabase, token)
    assert answer.status_code == 503
    assert "dashboard.supabase.jwt_secret" in answer.text


def _pass(opened: Door, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    tokens = opened.site.gate._tokens
    assert tokens
    keys = tokens._keys
    then = keys._clock
    monkeypatch.setattr(keys, "_clock", lambda: then() + seconds)


@pytest.mark.parametrize("role", [None, "owner", "ADMIN", 3, ["admin"], {"admin": True}, ""])
def test_without_a_role_of_the_project_nobody_is_let_in_and_told_whom_to_ask(
    project: GoTrue, supabase: Door, role: object
) -> None:
    project.roles["nina@x.test"] = role
    answer = ask(supabase, project.token("nina@x.test"))
    assert answer.status_code == 403
    assert "app_metadata.supaops_role" in answer.text


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
