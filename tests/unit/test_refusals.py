"""What the system says of a file becomes an error with its place, cause and remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from supaops.errors import SupaopsError
from supaops.refusals import refused

Act = Callable[[Path], object]

REFUSALS: list[tuple[Act, str]] = [
    (Path.read_text, "cannot read: No such file or directory"),
    (lambda path: path.parent.read_text(), "cannot read: Is a directory"),
    (lambda _: b"\xff".decode(), "cannot read: it is not UTF-8 text"),
]


@pytest.mark.parametrize(("act", "message"), REFUSALS)
def test_a_refusal_names_the_file_the_cause_and_the_remedy(
    act: Act, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    with pytest.raises(SupaopsError) as caught, refused("read", file, hint="make it"):
        act(file)
    error = caught.value
    assert (error.place, error.message, error.hint) == (str(file), message, "make it")


def test_a_defect_of_ours_stays_one(tmp_path: Path) -> None:
    with pytest.raises(KeyError), refused("read", tmp_path, hint="none"):
        raise KeyError("ours")
