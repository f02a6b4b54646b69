"""What may stand where a secret's value belongs, and what is told of everything else."""

from __future__ import annotations

import pytest

from supaops.config.database_url import database_url, project_ref
from supaops.config.problem import Complaint
from supaops.config.references import (
    CommandRef,
    EnvRef,
    FileRef,
    ProjectUrl,
    Reference,
    reference,
)

ACCEPTED: dict[str, Reference] = {
    "env(NAME)": EnvRef("NAME"),
    "file(secrets/runner)": FileRef("secrets/runner"),
    "file(/run/secrets/a b)": FileRef("/run/secrets/a b"),
    "cmd(op read op://prod/queue/secret)": CommandRef(
        "op read op://prod/queue/secret", ("op", "read", "op://prod/queue/secret")
    ),
    "cmd(pass show 'two words')": CommandRef(
        "pass show 'two words'", ("pass", "show", "two words")
    ),
    "cmd(sh -c 'cat x | head -1; echo $Y')": CommandRef(
        "sh -c 'cat x | head -1; echo $Y'", ("sh", "-c", "cat x | head -1; echo $Y")
    ),
    'cmd(jq -r ".a[0] | .b" f.json)': CommandRef(
        'jq -r ".a[0] | .b" f.json', ("jq", "-r", ".a[0] | .b", "f.json")
    ),
    "project_url(/functions/v1/job-runner)": ProjectUrl("/functions/v1/job-runner"),
    "project_url(/)": ProjectUrl("/"),
}

NO_SHELL = "no shell runs it; write cmd(sh -c '...') for one"
REFUSED = {
    "$(op read op://a/b/c)": "write cmd(PROGRAM ARGUMENTS) without the $( )",
    "`op read op://a/b/c`": "write cmd(PROGRAM ARGUMENTS) without the $( )",
    "op://a/b/c": "write cmd(op read op://VAULT/ITEM/FIELD)",
    "file:///run/secrets/x": "write file(PATH)",
    "$NAME": "write env(NAME)",
    "${NAME}": "write env(NAME)",
    "${{ secrets.NAME }}": "write env(NAME)",
    "env('NAME')": "write env(NAME)",
    "env(TWO NAMES)": "put the value in an environment variable and write env(ITS_NAME)",
    "Env(NAME)": "put the value in an environment variable and write env(ITS_NAME)",
    "file()": "write file(secrets/NAME)",
    "file( x )": "write file(secrets/NAME)",
    "file('x')": "remove the quotes",
    "file(~/x)": "write the whole path",
    "cmd()": "write cmd(PROGRAM ARGUMENTS)",
    "cmd('')": "write cmd(PROGRAM ARGUMENTS)",
    "cmd(op read 'x)": "close it",
    "cmd(op read x | head -1)": NO_SHELL,
    "cmd(op read x > y)": NO_SHELL,
    "cmd(op read $ITEM)": NO_SHELL,
    'cmd(op read "$ITEM")': NO_SHELL,
    "cmd(op read `item`)": NO_SHELL,
    "project_url(functions/v1)": "write project_url(/functions/v1/NAME)",
    "project_url()": "write project_url(/functions/v1/NAME)",
    "project_url(/a b)": "write project_url(/functions/v1/NAME)",
    "project_url(/a#b)": "write project_url(/functions/v1/NAME)",
    "correct horse": "put the value in an environment variable and write env(ITS_NAME)",
}

REF = "abcdefghijklmnopqrst"
PROJECTS = {
    f"postgresql://postgres:pw@db.{REF}.supabase.co:5432/postgres": REF,
    f"postgres://postgres.{REF}:pw@aws-0-eu-central-1.pooler.supabase.com:6543/postgres": REF,
    f"postgresql://worker%2E{REF}:pw@aws-1-us-east-1.pooler.supabase.com:5432/postgres": REF,
    "postgresql://postgres:pw@127.0.0.1:54322/postgres": None,
    f"postgresql://postgres.{REF}:pw@db.example.com/postgres": None,
    f"postgresql://postgres:pw@db.{REF}.supabase.co.evil.example/postgres": None,
    "postgresql://postgres:pw@aws-0-eu-central-1.pooler.supabase.com/postgres": None,
    "postgresql://[": None,
    "host=db.example.com": None,
}


@pytest.mark.parametrize("written", ACCEPTED)
def test_a_reference_is_read_and_written_alike(written: str) -> None:
    assert reference(written) == ACCEPTED[written]
    assert str(ACCEPTED[written]) == written


@pytest.mark.parametrize("written", REFUSED)
def test_what_is_no_reference_gets_a_remedy_and_is_not_shown(written: str) -> None:
    with pytest.raises(Complaint) as caught:
        reference(written)
    assert caught.value.hint == REFUSED[written]
    assert not caught.value.reveal


@pytest.mark.parametrize("value", [None, 1, ["env(NAME)"], {"env": "NAME"}])
def test_only_text_is_a_reference(value: object) -> None:
    with pytest.raises(Complaint, match="expected env"):
        reference(value)


@pytest.mark.parametrize("written", ["env(URL)", "file(url)", "cmd(op read x)"])
def test_the_database_url_may_be_a_reference(written: str) -> None:
    assert str(database_url(written)) == written


def test_the_database_url_cannot_be_made_from_itself() -> None:
    with pytest.raises(Complaint, match="cannot lead to it"):
        database_url("project_url(/)")


@pytest.mark.parametrize("url", PROJECTS)
def test_a_database_url_tells_its_project(url: str) -> None:
    assert project_ref(url) == PROJECTS[url]
