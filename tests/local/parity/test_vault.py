from __future__ import annotations

from base64 import b64decode
from typing import Any
from uuid import UUID

import pytest

from supaops.db.connect import Connection
from tests.local.parity.refusal import Refusal, refusal

pytestmark = [pytest.mark.stack, pytest.mark.parity]

VALUES = {
    "plain": "hunter2",
    "quotes": """it's "quoted" $$ \\ %s {x} ;--""",
    "unicode": "pässwörd — 密碼 🔑\u0007\u200b",
    "lines": "-----BEGIN KEY-----\nAAAA\n\t\r\n-----END KEY-----\n",
    "empty": "",
    "long": "0123456789abcdef" * 5000,
}

DECRYPT = (
    "select vault._crypto_aead_det_decrypt(decode(s.secret, 'base64'), {}) from vault.secrets as s"
)
OTHERWISE = "pgsodium_crypto_aead_det_decrypt_by_id: {}"
REFUSED_DECRYPTIONS = {
    "convert_to(s.id::text, 'utf8'), 1, nonce := s.nonce": "invalid ciphertext",
    "convert_to(s.id::text, 'utf8'), 0, 'another!', s.nonce": "invalid ciphertext",
    "'another', 0, nonce := s.nonce": "invalid ciphertext",
    "null, 0, nonce := s.nonce": "invalid ciphertext",
    "convert_to(s.id::text, 'utf8'), 0": "invalid ciphertext",
    "convert_to(s.id::text, 'utf8'), 0, nonce := 'sixteen bytes..!'": "invalid ciphertext",
    "convert_to(s.id::text, 'utf8'), 0, nonce := 'short'": "invalid nonce",
    "convert_to(s.id::text, 'utf8'), null": "key id cannot be NULL",
    "convert_to(s.id::text, 'utf8'), 0, null": "key context cannot be NULL",
}
"""Arguments after the ciphertext that are not those it was encrypted with, and what is said."""

REFUSALS = {
    "insert into vault.secrets (name, secret) values ('x', 'y')":
        Refusal("42501", "permission denied for function _crypto_aead_det_noncegen"),
    "insert into vault.secrets (name, secret, nonce) values ('x', 'y', null)":
        Refusal("42501", "permission denied for table secrets"),
    "update vault.secrets set name = 'x'":
        Refusal("42501", "permission denied for table secrets"),
    "update vault.decrypted_secrets set name = 'x'":
        Refusal("42501", "permission denied for view decrypted_secrets"),
    "select vault._crypto_aead_det_encrypt('x', null, 0)":
        Refusal("42501", "permission denied for function _crypto_aead_det_encrypt"),
    "select vault._crypto_aead_det_noncegen()":
        Refusal("42501", "permission denied for function _crypto_aead_det_noncegen"),
    "select vault._crypto_aead_det_decrypt('short', null, 0)":
        Refusal("22000", OTHERWISE.format("invalid message")),
    "select vault._crypto_aead_det_decrypt(null, null, 0)":
        Refusal("22000", OTHERWISE.format("message cannot be NULL")),
}  # fmt: skip


def create(db: Connection, value: str, name: str | None = None, about: str = "") -> UUID:
    query = "select vault.create_secret(%s, %s, %s) as id"
    row = db.execute(query, (value, name, about)).fetchone()
    assert row
    return UUID(str(row["id"]))


def secret(db: Connection, key: UUID) -> dict[str, Any]:
    row = db.execute("select * from vault.decrypted_secrets where id = %s", (key,)).fetchone()
    assert row
    return row


@pytest.mark.parametrize("name", VALUES)
def test_a_secret_comes_back_as_it_was(db: Connection, name: str) -> None:
    key = create(db, VALUES[name], name, "what it is for")
    expected = {"decrypted_secret": VALUES[name], "name": name, "description": "what it is for"}
    assert secret(db, key).items() >= {**expected, "key_id": None}.items()


def test_a_secret_needs_no_name(db: Connection) -> None:
    keys = [create(db, "x"), create(db, "y")]
    assert [secret(db, key)["name"] for key in keys] == [None, None]


def test_the_table_holds_ciphertext(db: Connection) -> None:
    key = create(db, VALUES["plain"])
    row = db.execute("select * from vault.secrets where id = %s", (key,)).fetchone()
    assert row
    assert VALUES["plain"].encode() not in b64decode(row["secret"])
    assert len(row["nonce"]) == 16


def test_the_same_value_is_encrypted_differently_each_time(db: Connection) -> None:
    rows = [secret(db, create(db, "same")) for _ in range(3)]
    assert len({row["secret"] for row in rows}) == 3


def test_a_name_is_given_once(db: Connection) -> None:
    create(db, "x", "name")
    assert refusal(db, "select vault.create_secret('y', 'name')") == Refusal(
        "23505",
        'duplicate key value violates unique constraint "secrets_name_idx"',
        "Key (name)=(name) already exists.",
    )


def test_a_secret_needs_a_value(db: Connection) -> None:
    said = refusal(db, "select vault.create_secret(null, 'name')")
    assert said
    assert (said.sqlstate, said.message) == (
        "23502",
        'null value in column "secret" of relation "secrets" violates not-null constraint',
    )


@pytest.mark.parametrize(
    ("argument", "column"),
    [
        ("new_secret", "decrypted_secret"),
        ("new_name", "name"),
        ("new_description", "description"),
    ],
)
def test_an_update_changes_what_is_given_and_leaves_the_rest(
    db: Connection, argument: str, column: str
) -> None:
    key = create(db, "old", "name", "about")
    before = secret(db, key)
    db.execute(f"select vault.update_secret(%s, {argument} => 'new')", (key,))
    after = secret(db, key)
    changed = {name for name in after if after[name] != before[name]}
    assert after[column] == "new"
    assert changed == {column, "updated_at"} | ({"secret"} if argument == "new_secret" else set())


def test_an_update_with_the_same_value_gives_the_same_ciphertext(db: Connection) -> None:
    key = create(db, "same")
    before = secret(db, key)
    db.execute("select vault.update_secret(%s, 'same')", (key,))
    assert {**secret(db, key), "updated_at": 0} == {**before, "updated_at": 0}


def test_an_update_of_an_unknown_secret_does_nothing(db: Connection) -> None:
    row = db.execute("select vault.update_secret(gen_random_uuid(), 'x')::text as x").fetchone()
    assert row == {"x": ""}


def test_a_secret_can_be_deleted_through_the_table_and_the_view(db: Connection) -> None:
    for relation in ("vault.secrets", "vault.decrypted_secrets"):
        key = create(db, "x")
        assert db.execute(f"delete from {relation} where id = %s", (key,)).rowcount == 1


@pytest.mark.parametrize("statement", REFUSALS)
def test_a_refusal_has_the_words_of_vault(db: Connection, statement: str) -> None:
    create(db, "x")
    assert refusal(db, statement) == REFUSALS[statement]


@pytest.mark.parametrize("arguments", REFUSED_DECRYPTIONS)
def test_only_what_encrypted_a_secret_decrypts_it(db: Connection, arguments: str) -> None:
    create(db, "hunter2")
    assert (
        refusal(db, DECRYPT.format("convert_to(s.id::text, 'utf8'), 0, nonce := s.nonce")) is None
    )
    problem = OTHERWISE.format(REFUSED_DECRYPTIONS[arguments])
    assert refusal(db, DECRYPT.format(arguments)) == Refusal("22000", problem)


def test_a_key_context_has_eight_bytes(db: Connection) -> None:
    create(db, "x")
    said = refusal(db, DECRYPT.format("null, 0, 'seven b', s.nonce"))
    assert said == Refusal(
        "22000",
        "pgsodium_derive_helper: crypto_kdf_derive_from_key: context must be 8 bytes",
    )


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_an_api_role_has_no_access(db: Connection, role: str) -> None:
    db.execute(f"set role {role}")
    for statement in (
        "select vault.create_secret('x')",
        "select * from vault.secrets",
        "select * from vault.decrypted_secrets",
    ):
        assert refusal(db, statement) == Refusal("42501", "permission denied for schema vault")


def test_the_service_role_may_create_read_and_delete(db: Connection) -> None:
    db.execute("set role service_role")
    key = create(db, "x", "name")
    db.execute("select vault.update_secret(%s, 'y')", (key,))
    assert secret(db, key)["decrypted_secret"] == "y"
    assert db.execute("delete from vault.secrets").rowcount == 1
    assert refusal(db, "truncate vault.secrets") == Refusal(
        "42501", "permission denied for table secrets"
    )
