"""The made-up catalogue is the same on every run."""

from __future__ import annotations

from examples.game_platform import catalogue


def every_game(revision: int = 1) -> list[dict[str, object]]:
    return [catalogue.game(number, revision) for number in range(catalogue.GAMES)]


def test_games_have_ids_and_slugs_of_their_own() -> None:
    games = every_game()
    assert len({game["id"] for game in games}) == len({game["slug"] for game in games}) == 360


def test_catalogue_is_deterministic() -> None:
    assert every_game() == every_game()


def test_second_revision_differs_in_37_games() -> None:
    pairs = zip(every_game(), every_game(2), strict=True)
    assert sum(first != second for first, second in pairs) == 37


def test_pages_hold_every_game_once() -> None:
    numbers = range(1, 6)
    pages = [catalogue.page(number) for number in numbers]
    assert [game for page in pages for game in page["games"]] == every_game()
    assert [page["next_cursor"] is None for page in pages] == [False] * 4 + [True]
