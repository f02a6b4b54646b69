"""Where a key is found by its dotted path."""

from __future__ import annotations

from collections.abc import Iterator

from supaops.config.places import KeyPath, Place, SourceMap, Spot


class Counted(dict[KeyPath, Spot]):
    """Spots that count how often somebody walks through all of them."""

    walks = 0

    def __iter__(self) -> Iterator[KeyPath]:
        self.walks += 1
        return super().__iter__()


def test_a_walk_through_all_spots_is_enough_for_any_number_of_paths() -> None:
    """A plan looks up each of its resources, and there may be hundreds."""
    spot = Spot(Place("a.yaml", 1, 1), Place("a.yaml", 1, 5))
    spots = Counted({("cron", "jobs", f"job_{n}"): spot for n in range(50)})
    source = SourceMap(spots)
    found = [source.named(f"cron.jobs.job_{n}.schedule") for n in range(60)]
    assert found == [*dict(spots), *[()] * 10]
    assert spots.walks <= 2
