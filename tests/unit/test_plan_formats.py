"""A plan for a pull request's comment, for a run's annotations, and for programs."""

from __future__ import annotations

import json

from supaops.db.live import LiveObject, Recorded
from supaops.plan import Action, Change, Decisions, Document, Plan, document
from supaops.plan.document import schema
from supaops.render.resource import Kind, Resource, canonical, digest
from supaops.report.github import annotation
from supaops.report.markdown import MAX_CHARACTERS
from supaops.report.plan_github import plan_annotations
from supaops.report.plan_markdown import plan_markdown
from tests.projects import ROOT

PLACE = "ops/config/job_queue.yaml:12:7"


def cron(name: str, schedule: str, *, active: bool = True) -> Resource:
    spec = {"schedule": schedule, "command": "select 1", "active": active}
    return Resource(Kind.CRON_JOB, name, canonical(spec), f"cron.jobs.{name}", spec)


def change(action: Action, name: str, *, active: bool = True) -> Change:
    now = cron(name, "1 * * * *")
    live = LiveObject(Kind.CRON_JOB, name, now.definition, {"jobid": 1})
    record = Recorded(now.address, now.kind, digest(""), live.sha256, "", live.definition)
    desired = None if action is Action.DELETE else cron(name, "2 * * * *", active=active)
    return Change(now.address, action, "the config changed", desired, record, live)


def plan(*changes: Change) -> Plan:
    return Plan("staging", "postgres", "postgres", "7/5", changes)


def written(*changes: Change, prune: bool = False) -> Document:
    decisions = Decisions(prune=prune)
    return document(plan(*changes), decisions, lambda _source: PLACE)


EVERYTHING = (
    change(Action.UPDATE, "changed"),
    change(Action.DRIFT, "drifted"),
    change(Action.CONFLICT, "fought_over"),
    change(Action.DELETE, "gone"),
    Change("cron_job.theirs", Action.FOREIGN, "", None, None, change(Action.NOOP, "x").live),
    change(Action.NOOP, "quiet"),
)


def test_drift_and_foreign_objects_stand_apart_from_changes() -> None:
    found = written(*EVERYTHING)
    assert [each.action for each in found.changes] == ["update", "conflict", "delete"]
    assert [each.address for each in found.drift] == ["cron_job.drifted"]
    assert found.foreign == ("cron_job.theirs",)
    assert found.changes[0].place == PLACE


def test_a_document_survives_its_own_json() -> None:
    found = written(*EVERYTHING)
    assert Document.model_validate_json(found.model_dump_json()) == found


def test_the_published_schema_is_that_of_the_document() -> None:
    published = ROOT / "docs" / "reference" / "plan.schema.json"
    assert published.read_text(encoding="utf-8") == schema()
    data = json.loads(written(*EVERYTHING).model_dump_json())
    assert set(data) == set(json.loads(schema())["properties"])


def test_markdown_names_sums_hazards_and_sections() -> None:
    text = plan_markdown(written(*EVERYTHING))
    assert text.startswith("### Plan of `staging`\n")
    assert "**1 to update, 1 to delete, 1 drifted, 1 in conflict** in database `postgres`." in text
    assert "> [!WARNING]\n> `cron_job.gone` will not run any more" in text
    for part in (
        "**Changes**",
        "**Drift:",
        "**Conflicts:",
        "**No longer declared; kept",
        "foreign",
    ):
        assert part in text
    assert "| ~ update | `cron_job.changed` | the config changed |" in text
    assert "```diff\n" in text
    assert "quiet" not in text


def test_markdown_says_that_a_pruning_plan_deletes() -> None:
    assert "deleted by this plan" in plan_markdown(written(*EVERYTHING, prune=True))


def test_markdown_of_no_changes_is_one_sentence() -> None:
    assert plan_markdown(written(change(Action.NOOP, "quiet"))) == (
        "### Plan of `staging`\n\nNo changes: `staging` is as declared.\n"
    )


def test_text_from_the_database_cannot_break_out_of_the_markdown() -> None:
    hostile = "a|b`c\n<script>```"
    text = plan_markdown(written(change(Action.UPDATE, hostile)))
    assert "<script>" not in text.replace("`` cron_job.a\\|b`c <script>``` ``", "").replace(
        "```` cron_job.a\\|b`c <script>``` ````", ""
    )
    rows = [line for line in text.splitlines() if line.startswith("| ~ update")]
    assert len(rows) == 1
    assert rows[0].replace(r"\|", "").count("|") == 5


def test_a_diff_with_fences_gets_a_longer_fence() -> None:
    live = LiveObject(Kind.FUNCTION, "public.f", "```\nold", {"signatures": []})
    record = Recorded("function.public.f", Kind.FUNCTION, "", "", "```\nold", "```\nold")
    desired = Resource(Kind.FUNCTION, "public.f", "```\nnew", "f.sql.j2", {"reference": "f()"})
    update = Change("function.public.f", Action.UPDATE, "", desired, record, live)
    assert "````diff\n" in plan_markdown(document(plan(update)))


def test_markdown_fits_a_comment_and_says_what_it_left_out() -> None:
    many = [change(Action.UPDATE, f"job_{number:04}") for number in range(400)]
    text = plan_markdown(written(*many))
    assert len(text) < 65_536
    assert len(text) > MAX_CHARACTERS / 2
    assert "differences do not fit here" in text


def test_annotations_stand_at_the_line_of_the_yaml() -> None:
    lines = list(plan_annotations(written(*EVERYTHING)))
    where = "file=ops/config/job_queue.yaml,line=12,col=7"
    assert lines[0].startswith(f"::notice {where},title=staging%3A update cron_job.changed::")
    levels = {line.split()[0] for line in lines}
    assert levels == {"::notice", "::warning", "::error"}


def test_no_changes_are_one_annotation() -> None:
    assert list(plan_annotations(written())) == [
        "::notice title=staging%3A no changes::staging is as declared"
    ]


def test_an_annotation_cannot_be_made_to_hold_a_second_command() -> None:
    told = annotation("error", "a,b:c", "one\n::set-output name=x::y%", place="C:/a.yaml:1:2")
    assert told == (
        "::error file=C%3A/a.yaml,line=1,col=2,title=a%2Cb%3Ac::one%0A::set-output name=x::y%25"
    )
    assert "\n" not in told


def test_a_warning_of_the_database_stands_in_every_format() -> None:
    warning = "it belongs to <production>"
    found = document(plan(), warnings=[warning])
    assert Document.model_validate_json(found.model_dump_json()).warnings == (warning,)
    assert "> [!CAUTION]\n> it belongs to \\<production\\>" in plan_markdown(found)
    told = list(plan_annotations(found))
    assert told[0] == f"::warning title=staging%3A the database::{warning}"
