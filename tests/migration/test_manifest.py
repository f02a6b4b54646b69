"""What a file says of itself, and what all files say together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supaops.errors import Refused, RenderError
from supaops.migration.manifest import Manifest, document, fold, read_manifest

ONE, TWO = "1" * 64, "2" * 64
BODY = "\nselect 'one; two';\nselect 3;\n"


def manifest(**entries: str | None) -> Manifest:
    return Manifest("production", entries)


def test_files_are_folded_in_order_and_a_deletion_ends_what_came_before() -> None:
    files = [
        manifest(a=ONE, b=ONE, c=ONE),
        manifest(a=TWO, b=None),
        manifest(c=None),
        manifest(c=TWO),
    ]
    assert fold(files) == {"a": TWO, "c": TWO}


@given(
    st.dictionaries(st.text(), st.none() | st.just(ONE)),
    st.text(alphabet=st.characters(codec="utf-8")),
)
def test_what_was_written_is_read_again_whatever_the_names_and_the_body(
    entries: dict[str, str | None], body: str
) -> None:
    written = Manifest("production", entries)
    assert read_manifest(document(written, f"\n{body}"), place="it") == written


def test_a_body_that_looks_like_a_manifest_is_none() -> None:
    body = f'\nselect 1;\n-- {TWO} "function.public.smuggled"\n'
    assert read_manifest(document(manifest(a=ONE), body), place="it") == manifest(a=ONE)


@pytest.mark.parametrize(
    "edit",
    [
        ("select 3", "select 4"),
        ('"a"', '"b"'),
        (ONE, TWO),
        ("select 3;\n", ""),
        ("digest: ", "digest: 0"),
        ("-- Written", "drop table job_queue;\n-- Written"),
    ],
)
def test_a_file_that_was_edited_is_refused_and_named(edit: tuple[str, str]) -> None:
    text = document(manifest(a=ONE), BODY)
    assert text.replace(*edit) != text
    with pytest.raises(Refused, match="was edited") as caught:
        read_manifest(text.replace(*edit), place="migrations/1_it.sql")
    assert caught.value.place == "migrations/1_it.sql"
    assert caught.value.hint is not None


@pytest.mark.parametrize(
    "change",
    [
        ("\n", "\r\n"),
        (";\n", ";\n\n\n"),
        ("select 3;\n", "select 3"),
    ],
    ids=["other line ends", "what `migration fetch` puts between statements", "and at the end"],
)
def test_other_white_space_is_no_edit(change: tuple[str, str]) -> None:
    text = document(manifest(a=ONE), BODY).replace(*change)
    assert read_manifest(text, place="it") == manifest(a=ONE)


def test_an_environment_may_be_renamed_by_hand() -> None:
    text = document(manifest(a=ONE), BODY).replace("production", "live")
    assert read_manifest(text, place="it") == Manifest("live", {"a": ONE})


def test_a_migration_of_somebody_else_is_passed_over() -> None:
    assert read_manifest("create table theirs (id int);\n", place="it") is None
    assert read_manifest("", place="it") is None


def test_a_file_of_a_newer_format_is_an_error() -> None:
    text = document(manifest(a=ONE), BODY).replace("format 1.", "format 2.")
    with pytest.raises(RenderError, match="has format 2"):
        read_manifest(text, place="it")
