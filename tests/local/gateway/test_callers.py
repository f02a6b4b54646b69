"""Who may call: keys, tokens and roles."""

from __future__ import annotations

import time
from typing import Any

import httpx
import jwt
import pytest

from supaops.local.gateway.tokens import token
from tests.local.gateway.conftest import Api

pytestmark = [pytest.mark.stack, pytest.mark.parity, pytest.mark.usefixtures("functions")]


def bearer(claims: dict[str, Any], secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token(claims, secret)}"}


def test_key_decides_the_role(api: Api) -> None:
    assert api.rpc("gw_caller", key=api.anon).json()["user"] == "anon"
    assert api.rpc("gw_caller", key=api.service).json()["user"] == "service_role"


def test_token_decides_the_role_over_the_key(api: Api, secret: str) -> None:
    headers = bearer({"role": "authenticated", "sub": "u-1"}, secret)
    told = api.rpc("gw_caller", key=api.anon, headers=headers).json()
    assert told["user"] == "authenticated"
    assert told["claims"]["sub"] == "u-1"


def test_role_brings_its_own_timeout(api: Api, secret: str) -> None:
    headers = bearer({"role": "authenticated"}, secret)
    assert api.rpc("gw_caller", key=api.anon).json()["timeout"] == "3s"
    assert api.rpc("gw_caller", key=api.anon, headers=headers).json()["timeout"] == "8s"


def test_forbidden_function_is_401_to_a_stranger_and_403_to_a_user(api: Api, secret: str) -> None:
    stranger = api.rpc("gw_forbidden", key=api.anon)
    assert (stranger.status_code, stranger.json()["code"]) == (401, "42501")
    assert stranger.headers["www-authenticate"] == "Bearer"
    headers = bearer({"role": "authenticated"}, secret)
    user = api.rpc("gw_forbidden", key=api.anon, headers=headers)
    assert (user.status_code, user.json()["code"]) == (403, "42501")
    assert user.json()["message"] == "permission denied for function gw_forbidden"
    assert api.rpc("gw_forbidden").json() == 1


@pytest.mark.parametrize("key", ["x", "a.b.c"])
def test_nobody_gets_in_without_a_good_key(api: Api, key: str) -> None:
    without = httpx.post(f"{api.url}/rest/v1/rpc/gw_add", json={"a": 1})
    assert (without.status_code, without.json()["message"]) == (401, "No API key found in request")
    bad = api.rpc("gw_add", {"a": 1}, key=key)
    assert bad.status_code == 401
    assert key not in bad.text.replace("API key", "")


BAD_TOKENS = {
    "expired": ({"role": "service_role", "exp": 1_000_000_000}, "PGRST303", "JWT expired"),
    "early": ({"role": "service_role", "nbf": 2**32}, "PGRST303", "JWT not yet valid"),
}


@pytest.mark.parametrize("name", BAD_TOKENS)
def test_token_out_of_its_time_is_401(api: Api, secret: str, name: str) -> None:
    claims, code, message = BAD_TOKENS[name]
    said = api.rpc("gw_add", {"a": 1}, headers=bearer(claims, secret))
    assert (said.status_code, said.json()["code"]) == (401, code)
    assert said.json()["message"] == message
    assert "invalid_token" in said.headers["www-authenticate"]


@pytest.mark.parametrize("algorithm", ["HS256", "HS512", "none"])
def test_token_of_another_signer_is_401(api: Api, algorithm: str) -> None:
    claims = {"role": "service_role", "exp": int(time.time()) + 60}
    forged = jwt.encode(claims, "" if algorithm == "none" else "x" * 64, algorithm=algorithm)
    said = api.rpc("gw_add", {"a": 1}, headers={"authorization": f"Bearer {forged}"})
    assert (said.status_code, said.json()["code"]) == (401, "PGRST301")


@pytest.mark.parametrize(
    ("role", "status"), [("postgres", 401), ("supabase_admin", 401), ("nobody", 401)]
)
def test_role_that_the_api_may_not_take_is_refused(
    api: Api, secret: str, role: str, status: int
) -> None:
    said = api.rpc("gw_add", {"a": 1}, headers=bearer({"role": role}, secret))
    assert said.status_code in (status, 403)


def test_nothing_is_left_of_a_caller_for_the_next(api: Api) -> None:
    for key, role in [(api.anon, "anon"), (api.service, "service_role")] * 3:
        assert api.rpc("gw_caller", key=key).json()["user"] == role
