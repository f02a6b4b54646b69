"""Posts that carry a signature instead of the secret, and the HMAC that it is made with."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator

import pytest
from standardwebhooks import Webhook

from supaops.config.names import former
from supaops.db.connect import Connection, connect
from supaops.db.rotation import KnownValues, known_from_rows
from supaops.local import Stack
from supaops.render.resources import resources
from supaops.worker.http.signature import sign, signing_key
from tests.db.calls import column, value
from tests.db.conftest import EMPTY, PATIENCE, dispatching, install
from tests.projects import RESET

SECRET, NAME = "a secret that is in no header, sécret", "job_queue_runner_secret"
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

# RFC 4231, 4.2 to 4.8: key, data, and HMAC-SHA-256, of which the fifth is cut to 128 bits.
VECTORS = [
    ("0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (
        b"Jefe".hex(),
        b"what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    ("aa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (
        bytes(range(1, 26)).hex(),
        b"\xcd" * 50,
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    ),
    ("0c" * 20, b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
    (
        "aa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        "aa" * 131,
        (
            b"This is a test using a larger than block-size key and a larger than block-size data."
            b" The key needs to be hashed before being used by the HMAC algorithm."
        ),
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
]


SIGNED = dispatching(auth="signature")


@pytest.fixture(scope="module")
def signing(stack: Stack) -> str:
    """Return the URL of a queue whose posts are signed."""
    with connect(stack.url, application_name="pytest") as connection:
        connection.execute(RESET)
        install(connection, resources(SIGNED))
    return stack.url


@pytest.fixture
def db(signing: str) -> Iterator[Connection]:
    with connect(signing, application_name="pytest") as connection:
        connection.execute(PATIENCE)
        connection.execute(EMPTY)
        connection.execute("delete from net.http_request_queue")
        connection.execute("delete from supaops.secret_value")
        keep(connection, "job_queue_worker_endpoint", "http://127.0.0.1:9/")
        keep(connection, NAME, SECRET)
        yield connection


def keep(db: Connection, name: str, secret: str) -> None:
    db.execute("delete from vault.secrets where name = %s", [name])
    db.execute("select vault.create_secret(%s, %s)", [secret, name])


def known(db: Connection, secret: str, retires_at: str = "null") -> None:
    """Record a value as one of a rotation."""
    db.execute(
        "insert into supaops.secret_value (secret, digest, retires_at)"
        " select %s, encode(sha256(secret_salt || convert_to(%s, 'utf8')), 'hex'), "
        f"{retires_at} from supaops.installation",
        [NAME, f"{NAME}:{secret}"],
    )


class Post:
    """What one trigger hands to pg_net."""

    def __init__(self, db: Connection) -> None:
        with db.transaction(force_rollback=True):
            value(db, "select job_queue_trigger_worker()")
            [row] = db.execute("select headers, body from net.http_request_queue").fetchall()
            [self.dispatch] = db.execute("select id, nonce from supaops.dispatch").fetchall()
        self.headers: dict[str, str] = row["headers"]
        self.body = bytes(row["body"])

    @property
    def signatures(self) -> list[str]:
        return self.headers["webhook-signature"].split(" ")

    def signature(self, secret: str) -> str:
        id_, timestamp = self.headers["webhook-id"], int(self.headers["webhook-timestamp"])
        return sign(signing_key(secret), id_, timestamp, self.body).decode()


@pytest.mark.parametrize(("key", "data", "wanted"), VECTORS)
def test_hmac_is_that_of_rfc_4231(db: Connection, key: str, data: bytes, wanted: str) -> None:
    made = value(db, "select supaops.hmac_sha256(%s, decode(%s, 'hex'))", data, key)
    assert bytes(made).hex()[: len(wanted)] == wanted


def test_hmac_is_pythons_for_keys_and_messages_of_every_length(db: Connection) -> None:
    keys, messages = (hashlib.shake_256(each).digest(300) for each in (b"key", b"message"))
    pairs = [(keys[: n % 140], messages[: n * n % 301]) for n in range(280)]
    made = column(
        db,
        "select supaops.hmac_sha256(x.message, x.key)"
        " from unnest(%s::bytea[], %s::bytea[]) with ordinality as x (key, message, n) order by n",
        [key for key, _ in pairs],
        [message for _, message in pairs],
    )
    wanted = [hmac.digest(key, message, hashlib.sha256) for key, message in pairs]
    assert [bytes(each) for each in made] == wanted


@pytest.mark.parametrize(
    "secret",
    [SECRET, KEY, "whsec_", "whsec_!", "whsec_YQ", "whsec_YQ==", "whsec_YWI=", "whsec_YWJj\n", "é"],
)
def test_the_key_of_a_secret_is_the_same_on_both_sides(db: Connection, secret: str) -> None:
    assert bytes(value(db, "select supaops.signing_key(%s)", secret)) == signing_key(secret)


@pytest.mark.parametrize("secret", [SECRET, KEY, "PAUSED"])
def test_a_post_carries_a_signature_and_no_secret(db: Connection, secret: str) -> None:
    keep(db, NAME, secret)
    post = Post(db)
    number, nonce = str(post.dispatch["id"]), post.dispatch["nonce"]
    assert secret not in str(post.headers)
    assert post.headers == {
        "Content-Type": "application/json",
        "webhook-id": f"{number}_{nonce}",
        "webhook-timestamp": post.headers["webhook-timestamp"],
        "webhook-signature": post.signature(secret),
        "x-supaops-dispatch": number,
        "x-supaops-nonce": nonce,
    }
    assert abs(int(post.headers["webhook-timestamp"]) - time.time()) < 30


def test_without_the_clone_guard_the_id_is_the_dispatch_alone(db: Connection) -> None:
    unguarded = resources(SIGNED.model_copy(update={"clone_guard": False}))
    [posting] = [each for each in unguarded if each.address == "function.supaops.post_to_worker"]
    with db.transaction(force_rollback=True):
        db.execute(posting.definition.encode())
        post = Post(db)
    number = str(post.dispatch["id"])
    assert (post.headers["webhook-id"], post.headers["x-supaops-dispatch"]) == (number, number)
    assert post.signatures == [post.signature(SECRET)]
    assert "x-supaops-nonce" not in post.headers


@pytest.mark.parametrize("secret", [SECRET, KEY])
def test_the_library_of_standard_webhooks_accepts_a_post(db: Connection, secret: str) -> None:
    keep(db, NAME, secret)
    post = Post(db)
    key = secret if secret == KEY else secret.encode()
    assert Webhook(key).verify(post.body, post.headers) == {"limit": 10}


@pytest.mark.parametrize(
    "body", ['{"a": "é\\u0001€😀\\"\\\\"}', '{"b": 1.50, "a": [1e3, null]}', "{}"]
)
def test_what_is_signed_is_byte_for_byte_what_pg_net_sends(db: Connection, body: str) -> None:
    with db.transaction(force_rollback=True):
        db.execute("select supaops.post_to_worker(%s::jsonb)", [body])
        [row] = db.execute("select headers, body from net.http_request_queue").fetchall()
    id_, moment = row["headers"]["webhook-id"], int(row["headers"]["webhook-timestamp"])
    wanted = sign(SECRET.encode(), id_, moment, bytes(row["body"]))
    assert row["headers"]["webhook-signature"] == wanted.decode()


@pytest.mark.parametrize("retires_at", ["null", "now() + interval '1 h'"])
def test_while_a_secret_is_rotated_a_post_is_signed_with_both_values(
    db: Connection, retires_at: str
) -> None:
    keep(db, former(NAME), "the old one")
    known(db, "the old one", retires_at)
    known(db, SECRET)
    post = Post(db)
    assert post.signatures == [post.signature(SECRET), post.signature("the old one")]


def test_once_the_overlap_is_over_the_new_value_alone_signs(db: Connection) -> None:
    keep(db, former(NAME), "the old one")
    known(db, "the old one", "now()")
    known(db, SECRET)
    post = Post(db)
    assert post.signatures == [post.signature(SECRET)]


def test_a_pause_by_a_dummy_value_is_one_during_a_rotation_too(db: Connection) -> None:
    """The playbook's way: a worker that holds the old value must not go on."""
    keep(db, former(NAME), "the old one")
    known(db, "the old one", "now() + interval '1 h'")
    known(db, SECRET)
    keep(db, NAME, "PAUSED")
    post = Post(db)
    assert post.signatures == [post.signature("PAUSED")]


def test_maintenance_removes_the_former_value_when_the_overlap_is_over(db: Connection) -> None:
    kept = "select count(*) from vault.secrets where name = %s"
    keep(db, former(NAME), "the old one")
    known(db, "the old one", "now() + interval '1 h'")
    known(db, SECRET)
    db.execute("select job_queue_maintain()")
    assert value(db, kept, former(NAME)) == 1
    db.execute("update supaops.secret_value set retires_at = now() where retires_at is not null")
    db.execute("select job_queue_maintain()")
    assert value(db, kept, former(NAME)) == 0
    assert value(db, kept, NAME) == 1


def test_a_worker_is_told_of_rotated_values_by_their_digests(db: Connection) -> None:
    known(db, "gone", "now()")
    known(db, "going", "now() + interval '1 h'")
    known(db, "here")
    rows = db.execute("select * from job_queue_known_secrets()").fetchall()
    found = known_from_rows(rows)
    digest = {each: found.digest(NAME, each.encode()) for each in ("gone", "going", "here")}
    assert found.good == {digest["going"], digest["here"]}
    assert found.retired == {digest["gone"]}
    assert (
        known_from_rows(db.execute("select * from job_queue_known_secrets('another')").fetchall())
        == KnownValues()
    )
