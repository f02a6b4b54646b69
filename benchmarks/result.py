"""What was measured, with all that is needed to judge it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.figures import Gap, Row


@dataclass(frozen=True, slots=True)
class Result:
    """Rows and gaps, the machine, the versions, and the command that measures the same again."""

    command: str
    machine: dict[str, Any]
    versions: dict[str, str]
    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]

    def json(self) -> str:
        """Return all of it."""
        return json.dumps(asdict(self), indent=2) + "\n"
