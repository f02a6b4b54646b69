"""What a run of the tests says of the fault matrix at its end, whatever ran the tests."""

from __future__ import annotations

from _pytest.terminal import TerminalReporter

ROW = "fault matrix"
"""The property of a test's report that holds its row."""


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print the matrix: each fault, the check that told of it, and the false alarms."""
    reports = [
        each for kind in ("passed", "failed") for each in terminalreporter.stats.get(kind, [])
    ]
    rows = [value for each in reports for key, value in each.user_properties if key == ROW]
    if not rows:
        return
    terminalreporter.section(ROW)
    width = max(len(row["check"]) for row in rows)
    for row in sorted(rows, key=lambda row: (row["check"], row["fault"])):
        mark = "detected" if row["detected"] else "MISSED  "
        alarms = ", ".join(row["false_alarms"]) or "none"
        line = f"{row['check']:<{width}}  {mark}  false alarms: {alarms:<6}  {row['fault']}"
        terminalreporter.write_line(line)
    detected = sum(row["detected"] for row in rows)
    false_alarms = sum(len(row["false_alarms"]) for row in rows)
    terminalreporter.write_line(
        f"faults injected / detected by the right id / false alarms: "
        f"{len(rows)} / {detected} / {false_alarms}"
    )
