"""One door for a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.access.door import Door, configured, door


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a control room with three accounts; what its proxy, this machine, says is believed."""
    with door(configured(tmp_path_factory.mktemp("door")), proxies=("127.0.0.1",)) as made:
        yield made


@pytest.fixture(autouse=True)
def _forgetful(request: pytest.FixtureRequest) -> None:
    """Have no test wait for what failed in another."""
    if "opened" in request.fixturenames:
        request.getfixturevalue("opened").renew()
