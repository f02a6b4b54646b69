"""A control room that is half configured does not open."""

from __future__ import annotations

from pathlib import Path

import pytest

from supaops.errors import ConfigError
from supaops.web.access.settings import AccessSettings
from tests.web.access.door import configured, site
from tests.web.site import KEY, OVERLAY, VARIABLES

SUPABASE = "dashboard: {auth: supabase}\n"
PROJECT = {
    "SUPAOPS_DASHBOARD_KEY": KEY,
    "SUPABASE_URL": "https://abc.supabase.co/",
    "SUPABASE_ANON_KEY": "an anon key",
}


def problems(folder: Path, overlay: str, variables: dict[str, str]) -> dict[str, str]:
    """Return what is wrong, by message, with the place's line and column."""
    config = configured(folder, overlay)
    with pytest.raises(ConfigError) as caught:
        site(config, variables)
    assert all(problem.hint for problem in caught.value.problems)
    told = (
        (each.message.replace("the environment variable ", ""), str(each.place))
        for each in caught.value.problems
    )
    return {message: place.partition(".yaml:")[2] for message, place in told}


def test_it_is_closed_unless_something_else_is_declared(tmp_path: Path) -> None:
    found = problems(tmp_path, "{}", {"SUPAOPS_DASHBOARD_KEY": KEY})
    assert list(found) == ["nobody may come in: dashboard.auth is off"]


def test_accounts_without_passwords_are_refused_all_at_once(tmp_path: Path) -> None:
    variables = VARIABLES | {"VERA_PASSWORD": "too short", "ADA_PASSWORD": " ", "OTTO_PASSWORD": ""}
    variables["SUPAOPS_DASHBOARD_KEY"] = "short"
    found = problems(tmp_path, OVERLAY, variables)
    assert found == {
        "dashboard.key: SUPAOPS_DASHBOARD_KEY must hold at least 32 characters": "2:1",
        "dashboard.accounts.vera.password: VERA_PASSWORD must hold at least 12 characters": "5:12",
        "dashboard.accounts.otto.password: OTTO_PASSWORD is empty": "6:12",
        "dashboard.accounts.ada.password: ADA_PASSWORD is empty": "7:11",
    }


def test_a_variable_that_is_not_set_is_named(tmp_path: Path) -> None:
    found = problems(tmp_path, OVERLAY, {"SUPAOPS_DASHBOARD_KEY": KEY})
    assert "dashboard.accounts.ada.password: ADA_PASSWORD is not set" in found
    assert len(found) == 3


def test_basic_without_an_account_is_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, "dashboard: {auth: basic}\n", VARIABLES)
    assert found == {"nobody may come in: dashboard.accounts names nobody": "1:13"}


def test_supabase_without_a_project_is_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, SUPABASE, {})
    assert list(found) == [
        "dashboard.key: SUPAOPS_DASHBOARD_KEY is not set",
        "dashboard.supabase.url: SUPABASE_URL is not set",
        "dashboard.supabase.anon_key: SUPABASE_ANON_KEY is not set",
    ]


@pytest.mark.parametrize(
    "key",
    [
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQ\n-----END PUBLIC KEY-----",
        '{"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}',
    ],
)
def test_a_public_key_is_not_taken_for_a_secret(tmp_path: Path, key: str) -> None:
    overlay = "dashboard: {auth: supabase, supabase: {jwt_secret: env(JWT_SECRET)}}\n"
    found = problems(tmp_path, overlay, PROJECT | {"JWT_SECRET": key})
    (message,) = found
    assert "JWT_SECRET holds a key of its own format" in message
    assert key[:20] not in message


@pytest.mark.parametrize(
    "claim", ["user_metadata.supaops_role", "role", "app_metadata", "app_metadata.", "email"]
)
def test_a_claim_that_users_write_themselves_is_refused(tmp_path: Path, claim: str) -> None:
    overlay = f"dashboard: {{auth: supabase, supabase: {{role_claim: {claim}}}}}\n"
    with pytest.raises(ConfigError, match="app_metadata"):
        configured(tmp_path, overlay)


def test_accounts_beside_supabase_let_nobody_in_and_are_told_of(tmp_path: Path) -> None:
    config = configured(tmp_path, OVERLAY.replace("auth: basic", "auth: supabase"))
    made = site(config, PROJECT).access
    assert made.accounts == {}
    assert made.warnings == (
        "dashboard.accounts lets nobody in: dashboard.auth is supabase",
    )  # fmt: skip


def test_no_secret_is_in_what_the_settings_show_of_themselves(tmp_path: Path) -> None:
    made: AccessSettings = site(configured(tmp_path)).access
    assert not any(value in repr(made) for value in VARIABLES.values())
