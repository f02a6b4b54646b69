"""What the checks ``vault.*`` make of facts."""

from __future__ import annotations

from typing import Any

import pytest

from supaops.checks.vault.endpoint import endpoint
from supaops.checks.vault.facts import SecretFacts, VaultFacts
from supaops.checks.vault.grants import grants
from supaops.checks.vault.lifetime import age, rotation
from supaops.checks.vault.values import differs, legacy_key, missing, placeholder, undecryptable
from supaops.config import load
from supaops.db.health.security import Exposure
from supaops.db.health.vault import Reach, ValueFacts
from supaops.status import Severity
from tests.projects import ROOT

CONFIG = load(ROOT / "ops" / "config" / "job_queue.yaml", "local")
SECRET, ENDPOINT = "job_queue_runner_secret", "job_queue_worker_endpoint"
DAY_S = 86_400
CHECKS = [missing, undecryptable, placeholder, differs, endpoint, legacy_key, rotation, age]


def value(**changes: Any) -> ValueFacts:
    known: dict[str, Any] = {"name": SECRET, "age_s": 1.0}
    return ValueFacts(**known | changes)


def url(**changes: Any) -> ValueFacts:
    good: dict[str, Any] = {"is_https": True, "is_source_host": True, "reach": Reach.PUBLIC}
    return value(**{"name": ENDPOINT} | good | changes)


def secret(**changes: Any) -> SecretFacts:
    known: dict[str, Any] = {"name": SECRET, "value": value()}
    return SecretFacts(**known | changes)


def facts(*secrets: SecretFacts, is_local: bool = False) -> VaultFacts:
    """Return a good endpoint beside the secrets that a test is about."""
    return VaultFacts((SecretFacts(ENDPOINT, value=url()), *secrets), is_local)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_secrets_as_declared_need_no_fix(check: Any) -> None:
    verdict = check.judge(CONFIG, facts(secret()))
    assert (verdict.severity, verdict.fix) == (Severity.OK, "")


LOST: dict[str, Any] = {"matches": False, "value": None}


@pytest.mark.parametrize(
    ("check", "changes", "severity"),
    [
        (missing, LOST | {"is_there": False}, "CRITICAL"),
        (undecryptable, LOST | {"decrypts": False}, "CRITICAL"),
        (placeholder, {"matches": False, "value": value(is_placeholder=True)}, "CRITICAL"),
        (placeholder, {"matches": False, "value": value(is_empty=True)}, "CRITICAL"),
        (placeholder, {"matches": False, "value": value(is_paused=True)}, "WARNING"),
        (differs, {"matches": False}, "WARNING"),
        (legacy_key, {"value": value(is_legacy_key=True)}, "WARNING"),
        (age, {"value": value(age_s=366 * DAY_S)}, "WARNING"),
        (rotation, {"open_s": 3601.0}, "WARNING"),
        (rotation, {"open_s": DAY_S + 1.0}, "CRITICAL"),
    ],
)
def test_one_cause_turns_one_check_and_names_the_secret(
    check: Any, changes: dict[str, Any], severity: str
) -> None:
    verdicts = {each.id: each.judge(CONFIG, facts(secret(**changes))) for each in CHECKS}
    mine = verdicts.pop(check.id)
    assert mine.severity.name == severity
    assert SECRET in mine.observed
    assert mine.fix
    assert mine.declared_at == ("vault", "secrets", SECRET)
    assert {each.severity for each in verdicts.values()} == {Severity.OK}


def test_a_value_that_a_rotation_has_made_good_does_not_differ() -> None:
    verdict = differs.judge(CONFIG, facts(secret(matches=False, is_rotating=True)))
    assert verdict.severity is Severity.OK


def test_a_url_does_not_grow_old() -> None:
    old = SecretFacts(ENDPOINT, value=url(age_s=4000.0 * DAY_S))
    assert age.judge(CONFIG, VaultFacts((old,))).severity is Severity.OK


@pytest.mark.parametrize(
    ("changes", "is_local", "severity", "observed"),
    [
        ({"is_https": None, "reach": None}, False, "CRITICAL", "no http or https URL"),
        ({"is_https": False}, False, "CRITICAL", "plain http"),
        ({"is_https": False, "reach": Reach.PRIVATE}, False, "OK", "http, private host"),
        ({"reach": Reach.LOOPBACK}, False, "CRITICAL", "the database's own machine"),
        ({"is_https": False, "reach": Reach.LOOPBACK}, True, "OK", "http, loopback host"),
        ({"is_source_host": False}, False, "WARNING", "another host than its source"),
        ({"is_placeholder": True}, False, "SKIPPED", "holds no value"),
    ],
)
def test_the_endpoint_is_judged_by_scheme_and_host(
    changes: dict[str, Any],
    is_local: bool,  # noqa: FBT001  a row of the table
    severity: str,
    observed: str,
) -> None:
    here = VaultFacts((SecretFacts(ENDPOINT, value=url(**changes)),), is_local)
    verdict = endpoint.judge(CONFIG, here)
    assert verdict.severity.name == severity
    assert observed in verdict.observed


def test_an_endpoint_that_is_not_declared_is_not_judged() -> None:
    assert endpoint.judge(CONFIG, VaultFacts(())).severity is Severity.SKIPPED


def test_readers_of_vault_are_named() -> None:
    open_to = (Exposure("vault_grants", "vault.decrypted_secrets", "anon, public"),)
    verdict = grants.judge(CONFIG, open_to)
    assert (verdict.severity, verdict.observed) == (Severity.CRITICAL, "open to anon, public")
    assert grants.judge(CONFIG, ()).severity is Severity.OK
