"""Which callers are let in: the worker's own secret, and those of a rotation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import SecretStr

from supaops.db.connect import Connection
from supaops.db.pool import Pool
from supaops.db.rotation import KnownValues, known_values
from supaops.errors import ConnectionFailed
from supaops.worker.http.credentials import Credentials
from supaops.worker.settings import Settings
from tests.projects import Project

pytestmark = pytest.mark.anyio

NAME, SALT = "the_secret", b"salt"


def digest(value: str) -> str:
    return KnownValues(SALT).digest(NAME, value.encode())


class Database:
    """What the database knows of rotations, and how often it was asked."""

    def __init__(self) -> None:
        self.good: set[str] = set()
        self.retired: set[str] = set()
        self.asked = 0
        self.now = 100.0
        self.is_away = False

    async def read(self) -> KnownValues:
        self.asked += 1
        if self.is_away:
            raise ConnectionFailed("away")
        return KnownValues(
            SALT, frozenset(map(digest, self.good)), frozenset(map(digest, self.retired))
        )

    def credentials(self, own: str = "secret") -> Credentials:
        settings = Settings(
            header="x",
            secret=SecretStr(own),
            secret_name=NAME,
            batch_limit=1,
            timeout=timedelta(seconds=1),
            lease=timedelta(seconds=1),
        )
        return Credentials(settings, self.read, lambda: self.now)


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.mark.parametrize("given", [None, b"", b"wrong!", b"secreT", b"secret ", "sécret".encode()])
async def test_missing_and_wrong_secrets_are_refused(
    database: Database, given: bytes | None
) -> None:
    assert not await database.credentials().accept(given)


async def test_a_secret_outside_ascii_is_accepted(database: Database) -> None:
    assert await database.credentials("pässwörd").accept("pässwörd".encode())


async def test_a_value_that_is_rotated_in_is_good_beside_the_own_one(database: Database) -> None:
    database.good = {"secret", "next"}
    credentials = database.credentials()
    assert await credentials.accept(b"next")
    assert await credentials.accept(b"secret")
    assert not await credentials.accept(b"other")


async def test_the_own_value_is_refused_once_it_is_retired(database: Database) -> None:
    database.good, database.retired = {"next"}, {"secret"}
    credentials = database.credentials()
    assert not await credentials.accept(b"secret")
    assert await credentials.accept(b"next")


async def test_a_value_that_was_rotated_out_is_refused(database: Database) -> None:
    database.retired = {"former"}
    assert not await database.credentials().accept(b"former")


async def test_without_a_database_the_own_value_decides(database: Database) -> None:
    database.is_away = True
    credentials = database.credentials()
    assert await credentials.accept(b"secret")
    assert not await credentials.accept(b"next")


async def test_what_was_known_holds_while_the_database_is_away(database: Database) -> None:
    database.good, database.retired = {"next"}, {"secret"}
    credentials = database.credentials()
    assert await credentials.accept(b"next")
    database.is_away, database.now = True, database.now + 100
    assert await credentials.accept(b"next")
    assert not await credentials.accept(b"secret")


async def test_a_stranger_cannot_have_the_database_asked_at_will(database: Database) -> None:
    credentials = database.credentials()
    for _ in range(50):
        await credentials.accept(b"wrong")
        await credentials.accept(None)
    assert database.asked == 1
    database.now += 1.1
    await credentials.accept(None)
    assert database.asked == 1
    await credentials.accept(b"wrong")
    assert database.asked == 2


async def test_a_known_caller_has_the_database_asked_every_five_seconds(database: Database) -> None:
    credentials = database.credentials()
    for _ in range(11):
        assert await credentials.accept(b"secret")
        database.now += 1
    assert database.asked == 3


@pytest.mark.stack
async def test_the_database_knows_digests_by_the_name_of_the_secret(
    project: Project, queue_db: Connection
) -> None:
    row = queue_db.execute("select secret_salt as salt from supaops.installation").fetchone() or {}
    known = KnownValues(bytes(row["salt"]))
    values = {"now": known.digest(NAME, b"now"), "gone": known.digest(NAME, b"gone")}
    queue_db.execute(
        "insert into supaops.secret_value values (%(name)s, %(now)s, now(), now() + '1 h'),"
        " (%(name)s, %(gone)s, now(), now()), ('another', %(gone)s, now(), null)",
        {"name": NAME, **values},
    )
    patience = timedelta(seconds=10)
    async with Pool(project.url, size=1, application_name="pytest", patience=patience) as pool:
        found = await known_values(pool, NAME)
        none = await known_values(pool, "nobody")
    assert found == KnownValues(
        bytes(row["salt"]), frozenset({values["now"]}), frozenset({values["gone"]})
    )
    assert (none.good, none.retired) == (frozenset(), frozenset())


@pytest.mark.stack
async def test_a_database_from_before_there_were_rotations_knows_none(
    project: Project, queue_db: Connection
) -> None:
    del queue_db
    patience = timedelta(seconds=10)
    plain = f"{project.url.rsplit('/', 1)[0]}/template1"
    async with Pool(plain, size=1, application_name="pytest", patience=patience) as pool:
        assert await known_values(pool, NAME) == KnownValues()
