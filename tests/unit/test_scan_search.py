"""What a scan takes for a secret, and what not. The secrets here are made up."""

from __future__ import annotations

import json

import pytest
from pydantic import SecretStr

from supaops.config.known import Known
from supaops.report.scan import scan_annotations, scan_json, scan_lines
from supaops.scan import Leak, Scan, Source
from supaops.scan.leak import Text
from supaops.scan.search import search

# Put together here, so that this file itself looks like none.
X = "x1" * 20
SECRETS = {
    "ey" + "JhbGciOiJIUzI1NiJ9.eyJyb2xlIjoieCJ9.c2ln": "a JSON web token",
    "sb_" + "secret_abc": "a Supabase secret key",
    "sbp_" + "0123456789abcdef0123456789abcdef01234567": "a Supabase access token",
    "postgres" + "ql://postgres:hunter2@db.example.com/postgres": "a database URL with a password",
    "-----BEGIN " + "RSA PRIVATE KEY-----": "a private key",
    "gh" + f"p_{X}": "a GitHub token",
    "github_" + f"pat_{X}": "a GitHub token",
    "gl" + f"pat-{X}": "a GitLab token",
    "np" + f"m_{X[:36]}": "an npm token",
    "sk_" + f"live_{X}": "a Stripe key",
    "wh" + f"sec_{X}": "a Stripe key",
    "xo" + f"xb-{X}": "a Slack token",
    "https://hooks.slack.com/" + f"services/T0/B0/{X}": "a Slack webhook",
    "AK" + "IAABCDEFGHIJKLMNOP": "an AWS access key",
    "AI" + f"za{X[:35]}": "a Google API key",
    "sk-" + f"ant-{X}": "an OpenAI or Anthropic key",
    "S" + f"G.{X}.{X}": "a SendGrid key",
}
INNOCENT = [
    "select decrypted_secret from vault.decrypted_secrets where name = 'job_queue_runner_secret'",
    "sb_publishable_abcdefghij",
    "sk_test_abcdefghijklmnopqrst",
    "postgresql://postgres@localhost:5432/postgres",
    "postgresql://postgres:[YOUR-PASSWORD]@db.example.com:5432/postgres",
    "postgresql://postgres:${PASSWORD}@db.example.com/postgres",
    "postgresql://postgres:<password>@db.example.com/postgres",
    "postgresql://postgres:postgres@127.0.0.1:54322/postgres",
    "-----BEGIN PUBLIC KEY-----",
    "task_live_game_platform_sync",
    "env(JOB_QUEUE_RUNNER_SECRET)",
    "BAKIAABCDEFGHIJKLMNOP",
]


def found(content: str, values: dict[str, str] | None = None) -> list[Leak]:
    secrets = {name: SecretStr(value) for name, value in (values or {}).items()}
    return list(search(Text(Source.FILE, "a.sql", content), Known.of(secrets)))


@pytest.mark.parametrize("secret", SECRETS, ids=SECRETS.values())
def test_each_form_of_a_secret_is_found_at_its_place(secret: str) -> None:
    (leak,) = found(f"-- first\nselect '{secret}';\n")
    assert leak.kind == SECRETS[secret]
    at = 9 if not secret.startswith("https") else 17
    assert leak.place == f"a.sql:2:{at}"
    assert secret not in repr(leak)


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_resembles_a_secret_is_let_be(text: str) -> None:
    assert found(text) == []


def test_every_secret_of_a_text_is_found_in_its_order() -> None:
    places = [leak.place for leak in found("\n".join(SECRETS))]
    assert len(places) == len(SECRETS)
    assert places == sorted(places, key=lambda place: int(place.split(":")[1]))


def test_a_marked_line_is_let_be_but_not_a_declared_value() -> None:
    token = next(iter(SECRETS))
    assert found(f"select '{token}'; -- supaops:allow\n") == []
    assert len(found(f"select '{token}';\n-- supaops:allow\n")) == 1
    assert len(found("select 'the-very-value'; -- supaops:allow\n", {"x": "the-very-value"})) == 1


@pytest.mark.parametrize(
    "spelled", ['it\'s "so"', "it''s \"so\"", r"it's \"so\""], ids=["plain", "sql", "json"]
)
def test_a_declared_value_is_found_however_it_is_spelled(spelled: str) -> None:
    (leak,) = found(f"select '{spelled}'", {"the value of x": 'it\'s "so"'})
    assert leak == Leak(Source.FILE, "a.sql:1:9", "the value of x")


def test_a_declared_value_is_told_by_its_name_alone() -> None:
    token = next(iter(SECRETS))
    assert [leak.kind for leak in found(token, {"the value of x": token})] == ["the value of x"]


def test_a_value_that_stands_twice_is_found_twice() -> None:
    places = [leak.place for leak in found("the-value the-value", {"x": "the-value"})]
    assert places == ["a.sql:1:1", "a.sql:1:11"]


def test_a_value_too_short_to_tell_is_not_looked_for() -> None:
    assert found("a seven-letter word", {"x": "letter"}) == []


LEAKS = (
    Leak(Source.FILE, "supabase/migrations/1_a.sql:3:12", "a JSON web token"),
    Leak(Source.CRON_JOB, 'cron.job "nightly":1:20', "a Stripe key"),
)
SCAN = Scan("test", LEAKS, ("3 files", "2 cron jobs"), ("the moon",))


def test_a_scan_as_text_tells_place_kind_and_remedy_and_what_it_did_not_read() -> None:
    lines = [line.plain for line in scan_lines(SCAN)]
    assert lines[0] == "  x supabase/migrations/1_a.sql:3:12  a JSON web token"
    assert lines[1].startswith("      fix: read it from vault.decrypted_secrets by name")
    assert lines[-3:] == [
        "  read: 3 files, 2 cron jobs",
        "  not read: the moon",
        "test: 2 secrets found.",
    ]


def test_a_clean_scan_says_so() -> None:
    lines = [line.plain for line in scan_lines(Scan("test", (), ("3 files",), ()))]
    assert lines == ["  read: 3 files", "test: no secret found."]


def test_a_crowd_of_secrets_is_cut_in_the_text_alone() -> None:
    scan = Scan("test", LEAKS * 100, ("3 files",), ())
    lines = [line.plain for line in scan_lines(scan)]
    assert len(lines) < 110
    assert "  150 more: --format json" in lines
    assert lines[-1] == "test: 200 secrets found."
    assert len(scan_json(scan)["leaks"]) == 200


def test_a_scan_as_json_is_versioned() -> None:
    data = json.loads(json.dumps(scan_json(SCAN)))
    assert data["format_version"] == "1.0"
    assert data["leaks"][1] == {
        "source": "cron_job",
        "place": 'cron.job "nightly":1:20',
        "kind": "a Stripe key",
        "fix": LEAKS[1].remedy,
    }
    assert data["not_read"] == ["the moon"]


def test_a_scan_as_annotations_points_at_the_line_of_a_file() -> None:
    first, second = scan_annotations(SCAN)
    assert first.startswith("::error file=supabase/migrations/1_a.sql,line=3,col=12,title=")
    assert second.startswith('::error title=supaops scan::cron.job "nightly":1:20: a Stripe key')
    assert list(scan_annotations(Scan("test", (), (), ()))) == [
        "::notice title=supaops scan::test: no secret found."
    ]
