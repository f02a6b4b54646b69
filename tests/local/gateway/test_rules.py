"""How functions are found, called and answered: by PostgREST's rules, there and here."""

from __future__ import annotations

from typing import Any

import pytest

from supaops.db.connect import Connection
from tests.local.gateway.conftest import Api

pytestmark = [pytest.mark.stack, pytest.mark.parity, pytest.mark.usefixtures("functions")]

OBJECT = {"accept": "application/vnd.pgrst.object+json"}
BIG = 2**63 - 1
DAY = "2026-01-02T00:00:00"


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("gw_add", {"a": 1, "b": 2}, 3),
        ("gw_add", {"a": 1}, 11),
        ("gw_add", {"a": "1", "b": None}, None),
        ("gw_text", {"value": "\U0001f600 \" ' \\ \u2028\n"}, "\U0001f600 \" ' \\ \u2028\n"),
        ("gw_text", {"value": {"a": 1}}, '{"a":1}'),
        ("gw_jsonb", {"value": {"big": BIG, "f": 1.5}}, {"big": BIG, "f": 1.5}),
        ("gw_jsonb", {"value": [1, None]}, [1, None]),
        ("gw_jsonb", {"value": "text"}, "text"),
        ("gw_json", {"value": {"b": 1}}, {"b": 1}),
        ("gw_ids", {"ids": [BIG, 1]}, [BIG, 1]),
        ("gw_ids", {"ids": []}, []),
        ("gw_wait", {"wait": "00:00:30", "at": f"{DAY}Z"}, "2026-01-02T00:00:30+00:00"),
        ("gw_wait", {"wait": "PT36H", "at": f"{DAY}+01:00"}, "2026-01-03T11:00:00+00:00"),
        ("gw_numbers", {"n": 2}, [1, 2]),
        ("gw_numbers", {"n": 0}, []),
        ("gw_column", {"n": 2}, [{"id": 1}, {"id": 2}]),
        ("gw_rows", {"n": 1}, [{"id": 1, "body": {"n": 1}, "wait": "36:00:30"}]),
        ("gw_pair", {}, {"a": 1, "b": "x"}),
        ("gw_sum", {"n": [1, 2, 3]}, 6),
        ("gw_whole", {"any": [1]}, {"any": [1]}),
    ],
)  # fmt: skip
def test_answer_has_the_shape_of_what_the_function_returns(
    api: Api, name: str, arguments: dict[str, Any], answer: Any
) -> None:
    said = api.rpc(name, arguments)
    assert (said.status_code, said.json()) == (200, answer)
    assert said.headers["content-type"] == "application/json; charset=utf-8"


def test_numbers_are_not_rounded_on_the_way(api: Api) -> None:
    body = b'{"value": 12345678901234567890123456789.000000000000000000001}'
    said = api.rpc("gw_jsonb", content=body, headers={"content-type": "application/json"})
    assert said.content == b"12345678901234567890123456789.000000000000000000001"


def test_function_without_a_result_is_204(api: Api) -> None:
    said = api.rpc("gw_nothing")
    assert (said.status_code, said.content) == (204, b"")


def test_empty_body_is_no_arguments(api: Api) -> None:
    assert api.rpc("gw_nothing", content=b"").status_code == 204


def test_get_takes_arguments_from_the_query(api: Api) -> None:
    assert api.rpc("gw_add", method="GET", params={"a": "1", "b": "2"}).json() == 3
    assert api.rpc("gw_rows", method="GET", params={"n": "1"}).json()[0]["id"] == 1


def test_get_does_not_write(api: Api) -> None:
    assert api.rpc("gw_next").json() >= 1
    said = api.rpc("gw_next", method="GET")
    assert (said.status_code, said.json()["code"]) == (405, "25006")


def test_what_fails_is_undone(api: Api, functions: Connection) -> None:
    assert api.rpc("gw_undone").status_code == 400
    assert functions.execute("select n from public.gw_table").fetchall() == []


def test_one_object_is_had_when_there_is_one_row(api: Api) -> None:
    said = api.rpc("gw_rows", {"n": 1}, headers=OBJECT)
    assert (said.status_code, said.json()["id"]) == (200, 1)
    assert said.headers["content-type"].startswith("application/vnd.pgrst.object+json")


@pytest.mark.parametrize("rows", [0, 2])
def test_one_object_is_refused_when_there_is_another_number_of_rows(api: Api, rows: int) -> None:
    said = api.rpc("gw_rows", {"n": rows}, headers=OBJECT)
    assert said.status_code == 406
    assert said.json() == {
        "code": "PGRST116",
        "details": f"The result contains {rows} rows",
        "hint": None,
        "message": "Cannot coerce the result to a single JSON object",
    }


def test_columns_are_selected_and_cast(api: Api) -> None:
    said = api.rpc("gw_rows", {"n": 1}, params={"select": "id,body::text"})
    assert said.json() == [{"id": 1, "body": '{"n": 1}'}]
    assert api.rpc("gw_rows", {"n": 1}, params={"select": "none"}).json()["code"] == "42703"


def test_thousand_rows_are_the_most(api: Api) -> None:
    assert len(api.rpc("gw_numbers", {"n": 1_001}).json()) == 1_000
    assert len(api.rpc("gw_rows", {"n": 1_001}).json()) == 1_000


def test_rows_are_counted_when_asked(api: Api) -> None:
    assert api.rpc("gw_rows", {"n": 3}).headers["content-range"] == "0-2/*"
    counted = api.rpc("gw_rows", {"n": 3}, headers={"prefer": "count=exact"})
    assert counted.headers["content-range"] == "0-2/3"


def test_database_knows_the_request(api: Api) -> None:
    told = api.rpc("gw_caller", headers={"X-Request-Id": "r-1"}).json()
    assert told["user"] == told["claims"]["role"] == "service_role"
    assert (told["method"], told["path"], told["header"]) == ("POST", "/rpc/gw_caller", "r-1")
    assert told["path_of_search"].replace('"', "").startswith("public")


@pytest.mark.parametrize(
    ("name", "arguments", "searched"),
    [
        ("gw_ad", {"a": 1}, "with parameter a"),
        ("gw_add", {}, "without parameters"),
        ("gw_add", {"a": 1, "c": 1}, "with parameters a, c"),
        ("gw_add", {"b": 1}, "with parameter b"),
        ("gw_nothing", {"a": 1}, "with parameter a"),
    ],
)
def test_function_is_found_by_the_names_of_its_arguments(
    api: Api, name: str, arguments: dict[str, Any], searched: str
) -> None:
    said = api.rpc(name, arguments)
    problem = said.json()
    given = f"({', '.join(sorted(arguments))})" if arguments else " without parameters"
    assert (said.status_code, problem["code"]) == (404, "PGRST202")
    missing = f"Could not find the function public.{name}{given} in the schema cache"
    assert problem["message"] == missing
    assert problem["details"] == (
        f"Searched for the function public.{name} {searched} or with a single unnamed json/jsonb "
        "parameter, but no matches were found in the schema cache."
    )


def test_function_that_was_meant_is_named(api: Api) -> None:
    typo = api.rpc("gw_numberss", {"n": 1}).json()
    assert typo["hint"] == "Perhaps you meant to call the function public.gw_numbers"
    other = api.rpc("gw_rows", {"m": 1}).json()
    assert other["hint"] in (None, "Perhaps you meant to call the function public.gw_rows(n)")


def test_functions_that_differ_by_types_alone_are_ambiguous(api: Api) -> None:
    said = api.rpc("gw_twice", {"a": 1})
    assert (said.status_code, said.json()["code"]) == (300, "PGRST203")
    assert "public.gw_twice(a => integer)" in said.json()["message"]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("P0001", 400),
        ("JQ001", 400),
        ("22023", 400),
        ("23505", 409),
        ("23503", 409),
        ("42501", 403),
        ("42883", 404),
        ("42P01", 404),
        ("55P03", 500),
        ("40001", 500),
        ("57014", 500),
        ("53300", 503),
        ("08006", 503),
        ("P0002", 500),
        ("XX000", 500),
        ("PT402", 402),
    ],
)
def test_sqlstate_decides_the_status(api: Api, state: str, status: int) -> None:
    told = {"state": state, "message": "so it is", "detail": "d", "hint": "h"}
    said = api.rpc("gw_raise", told)
    assert said.status_code == status
    assert said.json() == {"code": state, "message": "so it is", "details": "d", "hint": "h"}


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"content": b"{"}, 400, "PGRST102"),
        ({"content": b"\xff"}, 400, "PGRST102"),
        ({"headers": {"accept": "text/csv"}}, 406, "PGRST107"),
        ({"headers": {"content-profile": "supaops"}}, 406, "PGRST106"),
        ({"method": "GET", "headers": {"accept-profile": "supaops"}}, 406, "PGRST106"),
        ({"method": "PUT"}, 405, "PGRST101"),
        ({"arguments": {"a": "x"}}, 400, "22P02"),
        ({"arguments": {"a": 2**31}}, 400, "22003"),
    ],
)
def test_bad_request_has_postgrests_code(
    api: Api, request_: dict[str, Any], status: int, code: str
) -> None:
    headers = {"content-type": "application/json", **request_.pop("headers", {})}
    said = api.rpc("gw_add", headers=headers, **{"arguments": {"a": 1}, **request_})
    assert (said.status_code, said.json()["code"]) == (status, code)
