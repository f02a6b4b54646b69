"""Faults of the checks ``vault.*``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from supaops.config.names import former
from supaops.status import Severity
from tests.faults.fault import Fault, Scene, judge, sql
from tests.faults.matrix import assert_told

pytestmark = pytest.mark.stack

DRIFT = frozenset({"config.drift"})
"""An apply would change it back: that is told too."""

SECRET, ENDPOINT = "job_queue_runner_secret", "job_queue_worker_endpoint"
TOKEN = "ey" + "JhbGciOiJIUzI1NiJ9.eyJyb2xlIjoieCJ9.c2ln"
"""Put together here, so that this file itself holds no token."""


def write(name: str, value: str) -> str:
    """Return the statement by which an operator writes a value into Vault."""
    return f"select vault.update_secret(id, '{value}') from vault.secrets where name = '{name}'"


def accept(name: str) -> str:
    """Return the statement by which a rotation has the worker accept the value in Vault."""
    return (
        "insert into supaops.secret_value (secret, digest)"
        " select name, encode(sha256(i.secret_salt || convert_to(name || ':' || decrypted_secret,"
        " 'utf8')), 'hex')"
        f" from vault.decrypted_secrets, supaops.installation as i where name = '{name}'"
    )


FAULTS = (
    Fault(
        "vault.missing",
        "a secret was deleted",
        Severity.CRITICAL,
        sql(f"delete from vault.secrets where name = '{SECRET}'"),
        also=DRIFT,
        observed=SECRET,
    ),
    Fault(
        "vault.undecryptable",
        "the database was restored without Vault's root key",
        Severity.CRITICAL,
        sql(
            "update vault.secrets set secret = encode(sha256('a') || sha256('b'), 'base64')"
            f" where name = '{SECRET}'"
        ),
        also=DRIFT,
        observed=SECRET,
    ),
    Fault(
        "vault.placeholder",
        "a placeholder was never replaced",
        Severity.CRITICAL,
        sql(write(SECRET, "<your-secret>")),
        also=DRIFT,
        observed=f"no real value: {SECRET}",
    ),
    Fault(
        "vault.placeholder",
        "a secret is empty",
        Severity.CRITICAL,
        sql(write(SECRET, "")),
        also=DRIFT,
        observed=f"no real value: {SECRET}",
    ),
    Fault(
        "vault.placeholder",
        "an operator has paused the queue by the playbook's dummy",
        Severity.WARNING,
        sql(write(SECRET, "PAUSED")),
        also=DRIFT,
        observed=f"paused by the secret: {SECRET}",
    ),
    Fault(
        "vault.differs",
        "a secret was changed in Vault alone",
        Severity.WARNING,
        sql(write(SECRET, "a-value-of-its-own")),
        also=DRIFT,
        observed=SECRET,
    ),
    Fault(
        "vault.legacy_key",
        "the secret is one of Supabase's old keys",
        Severity.WARNING,
        sql(write(SECRET, TOKEN)),
        also=DRIFT | {"vault.differs"},
        observed=SECRET,
    ),
    Fault(
        "vault.endpoint",
        "the worker's URL has lost its scheme",
        Severity.CRITICAL,
        sql(write(ENDPOINT, "worker.example.com/api/jobs/run")),
        also=DRIFT | {"vault.differs"},
        observed="no http or https URL",
    ),
    Fault(
        "vault.endpoint",
        "the worker's URL is plain http on the internet",
        Severity.CRITICAL,
        sql(write(ENDPOINT, "http://worker.example.com/api/jobs/run")),
        also=DRIFT | {"vault.differs"},
        observed="plain http",
    ),
    Fault(
        "vault.endpoint",
        "the worker's URL leads to another environment's worker",
        Severity.WARNING,
        sql(write(ENDPOINT, "https://staging.example.com/api/jobs/run")),
        also=DRIFT | {"vault.differs"},
        observed="another host",
    ),
    Fault(
        "vault.grants",
        "the Data API may read the decrypted secrets",
        Severity.CRITICAL,
        sql(
            "grant usage on schema vault to authenticated;"
            " grant select on vault.decrypted_secrets to authenticated"
        ),
        observed="open to authenticated",
    ),
    Fault(
        "vault.age",
        "a secret has not been changed for two years",
        Severity.WARNING,
        sql(
            "update vault.secrets set updated_at = now() - interval '2 years'"
            f" where name = '{SECRET}'"
        ),
        observed=f"{SECRET}: 73",
    ),
    Fault(
        "vault.rotation",
        "a rotation was interrupted two hours ago",
        Severity.WARNING,
        sql(
            f"{accept(SECRET)};"
            f" insert into supaops.secret_value (secret, digest) values ('{SECRET}', 'new');"
            f" select vault.create_secret('old', '{former(SECRET)}');"
            " update vault.secrets set created_at = now() - interval '2 hours'"
            f" where name = '{former(SECRET)}'"
        ),
        observed="two values are good for 120 min",
    ),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.check}: {fault.name}")
def test_a_fault_turns_its_check_and_no_other(
    scene: Scene, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    assert_told(scene, fault, record_property)


def test_a_value_that_a_rotation_has_made_good_does_not_differ(scene: Scene) -> None:
    scene.sql(accept(SECRET))
    scene.sql(write(SECRET, "the-value-before-the-rotation"))
    scene.sql(accept(SECRET))
    found = {each.id: each for each in judge(scene)}
    assert found["vault.differs"].severity is Severity.OK
    assert found["vault.rotation"].observed.endswith("two values are good for 0 min")


def test_no_value_and_no_digest_of_one_is_told(scene: Scene) -> None:
    scene.sql(write(SECRET, "a-value-of-its-own"))
    scene.sql(write(ENDPOINT, "https://name:word@worker.example.com/run?key=of-the-url"))
    told = repr(judge(scene))
    assert "of-its-own" not in told
    assert "example.com" not in told
    assert "of-the-url" not in told
