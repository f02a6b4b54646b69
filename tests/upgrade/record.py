"""Keep what this version of supaops installs, for the tests of later ones.

    .venv/bin/python -m tests.upgrade.record [CHECKOUT]

installs by the command line of a checkout, this one unless another is named, into an empty local
stack, writes tests/upgrade/installed/NNN.json.xz, and proves that what is installed from it again
is the same to the catalogs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from ruamel.yaml import YAML

from supaops.db.connect import Connection, connect
from supaops.db.live import Recorded
from supaops.db.queries import query
from supaops.local import Stack, down, up
from supaops.render.resource import Kind
from tests.projects import ENVIRONMENT, ROOT, Project, overlay_file, reset
from tests.upgrade.catalogue import catalogue
from tests.upgrade.installed import Installed, of_recorded

_RUN = "import sys; from supaops.cli import main; sys.exit(main())"
_VERSIONS = b"select tool_version from supaops.revision order by id desc limit 1"


def record(checkout: Path, stack: Stack, folder: Path) -> Path:
    """Install by a checkout's own tool, and keep what it recorded."""
    base = (checkout / "ops" / "config" / "job_queue.yaml").read_text(encoding="utf-8")
    project = _project(folder, stack, base)
    with connect(stack.url, application_name="record") as conn:
        reset(conn)
        _apply(checkout, project)
        old = _read(conn, base, overlay_file(folder).read_text(encoding="utf-8"))
        made = catalogue(conn)
        reset(conn)
        old.install(conn, project.config, project.resolved.secrets)
        if made != catalogue(conn):
            sys.exit("what is installed again from the file differs: see tests/upgrade/catalogue")
    newest = max(address for address in old.texts if address.startswith(f"{Kind.SCHEMA}."))
    return old.write(int(newest.partition(".")[2][:3]))


def _project(folder: Path, stack: Stack, base: str) -> Project:
    """Lay out the checkout's own YAML, none of whose jobs tick."""
    jobs = YAML(typ="safe").load(base)["cron"]["jobs"]
    lines = ["cron:", "  jobs:", *(f"    {name}: {{active: false}}" for name in jobs)]
    project = Project.make(folder, stack, "\n".join(lines) + "\n")
    project.config_path.write_text(base, encoding="utf-8")
    return project


def _apply(checkout: Path, project: Project) -> None:
    words = [sys.executable, "-c", _RUN, "apply", "--env", ENVIRONMENT]
    environ = {**os.environ, **project.environ, "PYTHONPATH": str(checkout / "ops")}
    helped = subprocess.run([*words, "--help"], env=environ, capture_output=True, check=True)
    if b"--yes" in helped.stdout:
        words.append("--yes")
    subprocess.run(words, env=environ, cwd=project.folder, check=True, stdin=subprocess.DEVNULL)


def _read(conn: Connection, base: str, overlay: str) -> Installed:
    rows = conn.execute(query("live.recorded")).fetchall()
    found = conn.execute(_VERSIONS).fetchone() or {}
    return of_recorded(
        [Recorded(**{**row, "kind": Kind(row["kind"])}) for row in rows],
        server=conn.info.server_version // 10_000,
        base=base,
        overlay=overlay,
        tool_version=found["tool_version"],
    )


def main() -> None:
    checkout = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        try:
            written = record(checkout, up(root / "stack", durable=False), root / "project")
        finally:
            down(root / "stack", purge=True)
    sys.stdout.write(f"{written.relative_to(ROOT)}: {written.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
