"""Which function a call means (pure).

Source: PostgREST 17, docs/references/api/functions.rst.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from supaops.db.gateway import Function


def candidates(
    functions: Sequence[Function], keys: Collection[str], *, is_post: bool
) -> Sequence[Function]:
    """Return the functions that take arguments of exactly these names, and the defaulted ones.

    Without any, one with a single unnamed argument of JSON takes the whole body of a POST.
    """
    fitting = [each for each in functions if _takes(each, keys)]
    if fitting or not is_post:
        return fitting
    return [each for each in functions if takes_whole_body(each)]


def takes_whole_body(function: Function) -> bool:
    """Tell whether a function has one argument, of JSON and without a name."""
    match function.arguments:
        case [argument]:
            return not argument.name and argument.type in ("json", "jsonb")
    return False


def _takes(function: Function, keys: Collection[str]) -> bool:
    required = {each.name for each in function.arguments if each.is_required}
    known = {each.name for each in function.arguments}
    return required <= set(keys) <= known and "" not in required
