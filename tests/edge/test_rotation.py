"""A secret that is rotated while the function holds the old value, or the new one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from supaops.db.connect import Connection
from supaops.db.rotation import KnownValues
from tests.edge.conftest import answer, log_of
from tests.edge.serving import Served, serving
from tests.edge.test_signatures import UNAUTHORIZED, signed
from tests.projects import Project

pytestmark = pytest.mark.stack

NAME, NEW = "job_queue_runner_secret", "the-new-välue-of-the-secret"
_SALT = "select secret_salt from supaops.installation"
_KNOWN = "insert into supaops.secret_value (secret, digest, retires_at) values (%s, %s, {})"


@pytest.fixture
def db(db: Connection) -> Iterator[Connection]:
    """Forget the rotation."""
    yield db
    db.execute("delete from supaops.secret_value")


def know(db: Connection, value: str, retires_at: str = "null") -> None:
    """Have the database know a value of the secret."""
    [found] = db.execute(_SALT).fetchall()
    digest = KnownValues(bytes(found["secret_salt"])).digest(NAME, value.encode())
    db.execute(_KNOWN.format(retires_at), [NAME, digest])


def status(served: Served, secret: str) -> int:
    return int(served.request("GET", headers={"x-job-runner-secret": secret}).status_code)


def test_during_the_overlap_both_values_are_good(project: Project, db: Connection) -> None:
    with serving(project.config, project.environ) as served:
        know(db, served.secret, "now() + interval '1 hour'")
        know(db, NEW)
        assert status(served, NEW) == 200
        assert status(served, served.secret) == 200
        assert status(served, f"{NEW}!") == 401


def test_after_it_the_old_value_is_refused_as_header_and_as_signature(
    project: Project, db: Connection
) -> None:
    with serving(project.config, project.environ) as served:
        know(db, served.secret, "now() - interval '1 second'")
        know(db, NEW)
        assert status(served, served.secret) == 401
        assert status(served, NEW) == 200
        headers = signed(secret=served.secret)
        assert answer(served, headers=headers) == UNAUTHORIZED
        assert "was rotated out: start it with the new value" in log_of(served)
        assert NEW not in log_of(served)
