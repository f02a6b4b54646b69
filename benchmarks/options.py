"""What the command line asks for."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import Field, dataclass, fields, replace
from pathlib import Path
from typing import Any

from benchmarks.measures import MEASURES, SHORT
from benchmarks.measures.measure import Measure
from benchmarks.systems import SYSTEMS
from benchmarks.systems.system import System

_DESCRIPTION = """Measure the queue of this repository beside others, on a private durable server.
Method, settings and how long it takes: benchmarks/README.md."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to measure, how often, and where the result goes."""

    measures: dict[str, Measure]
    systems: dict[str, System]
    rounds: int
    json: Path | None
    chart: Path | None


def read(arguments: list[str]) -> Wanted:
    """Return what the arguments say; exit with usage when they say nothing known."""
    parser = _parser()
    known = parser.parse_args(arguments)
    names = _known(parser, "measure", known.measures, MEASURES)
    systems = _known(parser, "system", known.systems, SYSTEMS)
    table = SHORT if known.short else MEASURES
    return Wanted(
        measures={name: _with_options(name, table[name], known) for name in names},
        systems={name: SYSTEMS[name] for name in systems},
        rounds=known.rounds or (1 if known.short else 3),
        json=known.json,
        chart=known.chart,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=_DESCRIPTION)
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"of {', '.join(MEASURES)}")
    parser.add_argument("--systems", type=_names, default=[], metavar="NAME,...",
                        help=f"of {', '.join(SYSTEMS)}")  # fmt: skip
    parser.add_argument("--rounds", type=int, metavar="N", help="default 3; 1 with --short")
    parser.add_argument("--short", action="store_true", help="few jobs, to see that all works")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all values there too")
    parser.add_argument("--chart", type=Path, metavar="FILE", help="draw them there, as SVG")
    for name, measure in MEASURES.items():
        group = parser.add_argument_group(name)
        for field in _fields(measure):
            group.add_argument(_flag(name, field), type=_type(measure, field), metavar="N",
                               help=f"default {_shown(getattr(measure, field.name))}")  # fmt: skip
    return parser


def _known(
    parser: argparse.ArgumentParser, kind: str, wanted: list[str], known: dict[str, Any]
) -> list[str]:
    if unknown := [name for name in wanted if name not in known]:
        parser.error(f"no {kind} {', '.join(unknown)}; there are {', '.join(known)}")
    return wanted or list(known)


def _with_options(name: str, measure: Measure, known: argparse.Namespace) -> Measure:
    given = {
        field.name: value
        for field in _fields(measure)
        if (value := getattr(known, _flag(name, field)[2:].replace("-", "_"))) is not None
    }
    return replace(measure, **given)


def _fields(measure: Measure) -> Iterator[Field[Any]]:
    yield from fields(measure)


def _flag(name: str, field: Field[Any]) -> str:
    return f"--{name}-{field.name}".replace("_", "-")


def _type(measure: Measure, field: Field[Any]) -> Any:
    return _numbers if isinstance(getattr(measure, field.name), tuple) else int


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _names(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def _shown(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
