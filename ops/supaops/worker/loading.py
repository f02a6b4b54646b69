"""Import the modules that register handlers."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from supaops.errors import SupaopsError
from supaops.worker.handlers import Handlers

ATTRIBUTE = "registry"


def load_handlers(modules: Iterable[str], *, folder: Path) -> Handlers:
    """Import ``module`` or ``module:attribute`` each and return all their handlers.

    Args:    folder: put on the import path, so that a project need not be installed.
    Raises:  SupaopsError when a module cannot be imported, fails while it is, or has no
        `Handlers` under the attribute (``registry`` unless named), or when two handle one type.
    """
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    handlers = Handlers()
    for spec in modules:
        name, _, attribute = spec.partition(":")
        handlers.include(_registry(_import(name), attribute or ATTRIBUTE))
    return handlers


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:  # a module may raise anything
        raise SupaopsError(
            f"cannot import the handler module {name!r}: {type(error).__name__}: {error}",
            place=_fault(error),
            hint="run from the project's folder and name the module as Python imports it, "
            "such as --handlers app.jobs.handlers",
        ) from error


def _registry(module: ModuleType, attribute: str) -> Handlers:
    registry = getattr(module, attribute, None)
    if isinstance(registry, Handlers):
        return registry
    raise SupaopsError(
        f"{module.__name__}.{attribute} is not a supaops.worker.Handlers",
        place=module.__file__,
        hint=f"write `{attribute} = Handlers()` there, and `@{attribute}.handler(...)` over each",
    )


def _fault(error: BaseException) -> str | None:
    """Return ``file:line`` where a module's own code raised; None when it was never found."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "importlib" not in frame.filename and frame.filename != __file__
    ]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else None
