"""Which folder a command is about."""

from __future__ import annotations

from pathlib import Path

_MARK = Path("ops") / "config"
DEFAULT_CONFIG = _MARK / "job_queue.yaml"


def project_root(config: Path = DEFAULT_CONFIG) -> Path:
    """Return the nearest folder above `config`, else above here, that holds ``ops/config``.

    Without one it is the current folder.
    """
    here = Path.cwd()
    above = (*config.resolve().parents, here, *here.parents)
    return next((folder for folder in above if (folder / _MARK).is_dir()), here)
