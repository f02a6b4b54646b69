"""The JSON Schema of the base file, for editors: ``python -m supaops.config.editor_schema``.

Editors complete keys and flag most mistakes with it; `supaops.config.load` alone decides.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any

from supaops.config.described import DescribedSchema
from supaops.config.duration import format_duration
from supaops.config.model import Config

_TITLE = "supaops job queue"


class _Generator(DescribedSchema):
    """Write the default of a duration as the YAML does, not in ISO 8601."""

    def encode_default(self, dft: Any) -> Any:
        return format_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def editor_schema() -> str:
    """Return the schema as the text of ``ops/config/job_queue.schema.json``."""
    schema = Config.model_json_schema(by_alias=True, schema_generator=_Generator)
    del schema["properties"]["environment"]
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = _TITLE
    return json.dumps(_without_titles(schema), indent=2) + "\n"


def _without_titles(node: Any) -> Any:
    """Drop the titles that pydantic derives from names; editors would show them over the text."""
    if isinstance(node, list):
        return [_without_titles(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _without_titles(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str) and value != _TITLE)
    }


if __name__ == "__main__":
    sys.stdout.write(editor_schema())
