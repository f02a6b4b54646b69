"""docs/reference/openapi.json, to hold answers against."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

from tests.projects import ROOT

DOCUMENT: dict[str, Any] = json.loads(
    (ROOT / "docs" / "reference" / "openapi.json").read_text(encoding="utf-8")
)
_OPERATIONS = {"POST": "post", "GET": "get", "HEAD": "get"}
_NO_OPERATION = {404: "Not Found", 405: "Method Not Allowed"}


def assert_documented(method: str, path: str, status: int, body: bytes) -> None:
    """Assert that an answer is one of those that the document promises for the call."""
    operation = DOCUMENT["paths"].get(path, {}).get(_OPERATIONS.get(method))
    if operation is None:
        assert json.loads(body) == {"error": _NO_OPERATION[status]}
        return
    response = operation["responses"][str(status)]
    if "$ref" in response:
        response = DOCUMENT["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schema = response["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(
        json.loads(body)
    )
