"""Read the whole catalogue: every page, checked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

TIMEOUT_S = 10
MAX_PAGES = 1000


class UpstreamError(Exception):
    """The catalogue did not answer as agreed; a later attempt may fare better."""


class Part(BaseModel):
    """Take what we know, ignore what a newer catalogue adds."""

    model_config = ConfigDict(frozen=True, strict=False, extra="ignore")


class Platform(Part):
    """A system that games are sold for."""

    code: Annotated[str, Field(min_length=1)]
    name: Annotated[str, Field(min_length=1)]


class Offer(Part):
    """A platform's price of a game, in hundredths of the currency."""

    platform: str
    price_cents: Annotated[int, Field(ge=0, lt=2**31)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


def _each_platform_once(offers: list[Offer]) -> list[Offer]:
    if len({offer.platform for offer in offers}) < len(offers):
        raise ValueError("a platform is named twice")
    return offers


class Game(Part):
    """A game and where it is sold."""

    id: Annotated[int, Field(ge=1, lt=2**63)]
    slug: Annotated[str, Field(min_length=1)]
    title: Annotated[str, Field(min_length=1)]
    released_on: date | None = None
    platforms: Annotated[list[Offer], AfterValidator(_each_platform_once)]


class Page(Part):
    """One answer of the catalogue."""

    platforms: list[Platform]
    games: list[Game]
    next_cursor: str | None


async def pages(client: httpx.AsyncClient, url: str) -> AsyncIterator[Page]:
    """Yield the pages in order, following their cursors.

    Raises: UpstreamError that names the page, and no URL: one may hold a key.
    """
    cursor: str | None = None
    for number in range(1, MAX_PAGES + 1):
        page = _checked(await _get(client, url, cursor, number), number)
        yield page
        cursor = page.next_cursor
        if cursor is None:
            return
    raise UpstreamError(f"the catalogue has no end after {MAX_PAGES} pages")


async def _get(
    client: httpx.AsyncClient, url: str, cursor: str | None, number: int
) -> httpx.Response:
    try:
        target = httpx.URL(url)
        if cursor is not None:
            target = target.copy_merge_params({"cursor": cursor})
        return await client.get(target, timeout=TIMEOUT_S)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UpstreamError(f"page {number} cannot be read: {type(error).__name__}") from error


def _checked(response: httpx.Response, number: int) -> Page:
    if response.status_code != httpx.codes.OK:
        raise UpstreamError(f"page {number} was answered with HTTP {response.status_code}")
    try:
        return Page.model_validate_json(response.content)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, fault["loc"]))
        raise UpstreamError(
            f"page {number} breaks the agreed shape in {error.error_count()} places, "
            f"first at {where}: {fault['msg']}"
        ) from None
