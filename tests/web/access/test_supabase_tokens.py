"""Which tokens of Supabase Auth let whom in."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.utils import base64url_encode

from supaops.web.access.supabase.keys import PublicKeys
from supaops.web.site import BASE
from tests.web.access.door import Door
from tests.web.access.gotrue import SHARED_SECRET as SECRET
from tests.web.access.gotrue import GoTrue, SigningKey


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
