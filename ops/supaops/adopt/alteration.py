"""The statements that bring a table to our shape, rendered from templates/sql/import. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from supaops.adopt.draft import Draft, Rows, changed_columns
from supaops.db.table import FoundColumn
from supaops.render.environment import render_sql
from supaops.render.quoting import Sql, identifier, json_literal


def groups_query(draft: Draft) -> str:
    """Return the query for `Rows.groups`; a column that is not there is null."""
    return _rendered(
        draft,
        "groups",
        status=draft.derived["status"].expression,
        task_type=draft.derived["task_type"].expression,
    )


def scan_query(draft: Draft) -> str:
    """Return the query for `Rows.counts`."""
    conditions = [(identifier(name), text) for name, text in draft.conditions.items()]
    return _rendered(draft, "scan", conditions=conditions)


def lanes_query(draft: Draft) -> str:
    """Return the query for the lanes that the rows will wait in, and the keys of `lane_ids`."""
    names = ("queue", "priority", "task_type")
    return _rendered(draft, "lanes", **{name: draft.derived[name].expression for name in names})


def repeated_keys_query(draft: Draft) -> str:
    """Return the query for `Rows.repeated_keys`."""
    names = ("queue", "live_key")
    return _rendered(
        draft, "duplicates", **{name: draft.derived[name].expression for name in names}
    )


def repeated_ids_query(draft: Draft) -> str:
    """Return the query for `Rows.repeated_ids`."""
    return _rendered(draft, "duplicates", queue=Sql("id"), live_key=Sql("id"))


def json_query(draft: Draft, column: str) -> str:
    """Return the query for one of `Rows.faulty_json`."""
    is_json = draft.found.facts["has_is_json"]
    return _rendered(draft, "json_faults", column=identifier(column), is_json=is_json)


def digest_query(draft: Draft, *, done: bool) -> str:
    """Return the query for a digest of all that the table held, as it will be or as it is.

    Before the alteration each column is read through the expression that converts it, after it as
    it stands: equal digests prove that nothing else has changed.
    """
    return _rendered(draft, "digest", expressions=list(_held(draft, done=done)))


def statements(draft: Draft, rows: Rows, lane_ids: Mapping[str, int]) -> list[str]:
    """Return the statements, in order.

    Args:    lane_ids: the lane of each key of `lanes_query`.
    """
    parts = [
        *_numbering(draft),
        _loosening(draft),
        _adding(draft),
        _rewriting(draft, rows, lane_ids),
        *_key(draft),
        *_restored(draft),
        *draft.shape.indexes,
        *draft.shape.comments,
        f"analyze {draft.site.table}",
    ]
    return [part for part in parts if part]


def restated(draft: Draft) -> dict[str, str]:
    """Return the indexes and checks that name the status's own type, with their new statements."""
    table, found = draft.site.table, draft.found
    spelled = _enum(draft)
    if spelled is None:
        return {}
    indexes = {
        each.name: each.definition.replace(spelled, "::text")
        for each in found.indexes
        if spelled in each.definition and not each.is_constraint
    }
    checks = {
        each.name: f"alter table {table} add constraint {identifier(each.name)} "
        + each.definition.replace(spelled, "::text")
        for each in found.constraints
        if spelled in each.definition and each.type == "c"
    }
    return {**indexes, **checks}


def _rendered(draft: Draft, template: str, **context: Any) -> str:
    known = {"table": draft.site.table, "schema": draft.site.schema}
    return render_sql(f"import/{template}.sql.j2", {**known, **context})


def _enum(draft: Draft) -> str | None:
    """Return how a value of the status's own type is marked in SQL text."""
    status = draft.found.column("status")
    return f"::{status.type}" if status and status.kind == "e" else None


def _held(draft: Draft, *, done: bool) -> Iterator[Sql]:
    for each in draft.found.columns:
        name = "legacy_id" if draft.is_rekeyed and done and each.name == "id" else each.name
        derived = draft.derived.get(each.name)
        converted = derived.expression if derived and not done else identifier(name)
        yield Sql(f"({converted})::text")


def _numbering(draft: Draft) -> Iterator[str]:
    if not draft.is_rekeyed:
        return
    keys = [each for each in draft.found.constraints if each.type == "p" and each.columns == ["id"]]
    orders = [name for name in ("created_at", "run_at") if draft.found.column(name)]
    yield _rendered(
        draft,
        "number",
        key=identifier(keys[0].name) if keys else None,
        order=Sql(orders[0]) if orders else None,
        sequence=draft.site.sequence,
    )


def _loosening(draft: Draft) -> str:
    found, again = draft.found, restated(draft)
    defaults = [
        each.name
        for name, each in draft.derived.items()
        if each.found and each.found.default and not each.is_foreign and name
    ]
    return _rendered(
        draft,
        "loosen",
        defaults=defaults,
        constraints=[identifier(each.name) for each in found.constraints if each.name in again],
        indexes=[
            Sql(f"{draft.site.schema}.{identifier(each.name)}")
            for each in found.indexes
            if each.name in again
        ],
        options=[(identifier(key), Sql(value)) for key, value in draft.shape.options],
    )


def _adding(draft: Draft) -> str:
    added = [
        (each.name, Sql(each.column.type)) for each in draft.derived.values() if not each.found
    ]
    return _rendered(draft, "add", columns=added)


def _rewriting(draft: Draft, rows: Rows, lane_ids: Mapping[str, int]) -> str:
    changed = {each.column.name for each in changed_columns(draft, rows)}
    columns = [
        _column(
            each.name,
            each.column.type,
            _lane(draft, lane_ids) if name == "lane" else each.expression,
            default=each.column.default,
            is_required=each.column.is_required,
            is_written=not each.found or name in changed,
        )
        for name, each in draft.derived.items()
    ]
    return _rendered(draft, "rewrite", columns=[*_id(draft), *columns])


def _id(draft: Draft) -> Iterator[dict[str, Any]]:
    key = draft.found.column("id")
    if key and not draft.is_rekeyed:
        yield _column(
            Sql("id"),
            "bigint",
            Sql("id::bigint"),
            default=None,
            is_required=True,
            is_written=key.type != "bigint",
        )


def _column(
    name: Sql,
    type_: str,
    expression: Sql,
    *,
    default: str | None,
    is_required: bool,
    is_written: bool,
) -> dict[str, Any]:
    return {
        "name": name,
        "type": Sql(type_),
        "expression": expression if is_written else None,
        "default": Sql(default) if default else None,
        "nullability": Sql("set" if is_required else "drop"),
    }


def _lane(draft: Draft, lane_ids: Mapping[str, int]) -> Sql:
    key = ", ".join(draft.derived[name].expression for name in ("queue", "priority", "task_type"))
    return Sql(f"({json_literal(dict(lane_ids))} ->> jsonb_build_array({key})::text)::integer")


def _key(draft: Draft) -> Iterator[str]:
    """Yield what makes the id an identity whose sequence has the name that ours has."""
    key, table = draft.found.column("id"), draft.site.table
    if key is None or draft.is_rekeyed:
        return
    if key.identity:
        yield from _renamed_identity(draft, key)
    else:
        yield _new_identity(draft, key)
    if not any(each.type == "p" for each in draft.found.constraints):
        yield f"alter table {table} add primary key (id)"
    elif draft.needs_unique_ids:
        yield f"alter table {table} add unique (id)"


def _renamed_identity(draft: Draft, key: FoundColumn) -> Iterator[str]:
    if key.identity == "a":
        yield f"alter table {draft.site.table} alter column id set generated by default"
    name = key.identity_sequence
    if name and name != draft.site.sequence_name:
        old = f"{draft.site.schema}.{identifier(name)}"
        yield f"alter sequence {old} rename to {draft.site.sequence_name}"


def _new_identity(draft: Draft, key: FoundColumn) -> str:
    """Return the change from a serial or plain column."""
    old = key.default_sequence
    schema = f"{old.rpartition('.')[0]}." if old and "." in old else ""
    return _rendered(
        draft,
        "identity",
        sequence=draft.site.sequence,
        old=Sql(old) if old else None,
        previous=Sql(f"{schema}supaops_import_seq"),
    )


def _restored(draft: Draft) -> Iterator[str]:
    yield from restated(draft).values()
