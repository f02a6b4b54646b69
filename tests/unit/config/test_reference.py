"""What is generated from the models is current, and the documents say what the code does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supaops.config.editor_schema import editor_schema
from supaops.config.payload_schema import KEYWORDS
from supaops.config.reference import rows

REFERENCE = Path("docs/reference/config.md").read_text(encoding="utf-8")
BASE = Path("ops/config/job_queue.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("row", list(rows()))
def test_every_key_is_in_the_reference_with_type_default_and_meaning(row: str) -> None:
    assert row in REFERENCE.splitlines()


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_every_payload_keyword_is_in_the_reference(keyword: str) -> None:
    assert f"`{keyword}`" in REFERENCE


def test_the_editor_schema_is_current() -> None:
    """`python -m supaops.config.editor_schema` prints what belongs into the file."""
    committed = Path("ops/config/job_queue.schema.json").read_text(encoding="utf-8")
    assert committed == editor_schema()


def test_the_base_file_points_editors_at_the_schema() -> None:
    assert BASE.startswith("# yaml-language-server: $schema=job_queue.schema.json\n")


def test_the_editor_schema_shows_durations_as_the_yaml_writes_them() -> None:
    lease = json.loads(editor_schema())["$defs"]["Queue"]["properties"]["lease"]
    assert lease["default"] == "5m"


def test_the_environment_is_no_key_of_the_editor_schema() -> None:
    assert "environment" not in json.loads(editor_schema())["properties"]
