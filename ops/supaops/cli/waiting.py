"""One line on a terminal that tells what takes so long, and for how long already."""

from __future__ import annotations

from collections.abc import Iterable

from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.text import Text

from supaops.cli.console import comment, show, stderr
from supaops.cli.verbosity import QUIET, verbosity


class Waiting:
    """The line. Where stderr is no terminal there is none."""

    def __init__(self, what: str) -> None:
        self._progress = Progress(
            SpinnerColumn("line"),
            TextColumn("{task.description} ({task.elapsed:.0f} s)", "dim", markup=False),
            console=stderr,
            transient=True,
            disable=verbosity.has(QUIET) or not stderr.file.isatty() or stderr.is_dumb_terminal,
        )
        self._task = self._progress.add_task(what, total=None)

    def now(self, what: str) -> None:
        """Change what the line tells."""
        self._progress.update(self._task, description=what)

    def step(self, what: str) -> None:
        """Change what the line tells; without a terminal, log it."""
        self.now(what)
        if self._progress.disable:
            comment(what)

    def show(self, lines: Iterable[Text]) -> None:
        """Print a part of the result above the line."""
        self._progress.stop()
        show(lines)
        self._progress.start()

    def __enter__(self) -> Waiting:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
