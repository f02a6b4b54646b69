"""Doors, one of each kind for a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.access.door import Door, configured, door
from tests.web.access.gotrue import OVERLAY, WITH_SECRET, GoTrue, gotrue, variables


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


@pytest.fixture(scope="module")
def served() -> Iterator[GoTrue]:
    with gotrue() as made:
        yield made


@pytest.fixture(scope="module")
def with_keys(served: GoTrue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("keys")
    with door(configured(folder, OVERLAY), variables(served)) as made:
        yield made


@pytest.fixture(scope="module")
def with_secret(served: GoTrue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("secret")
    with door(configured(folder, WITH_SECRET), variables(served)) as made:
        yield made


@pytest.fixture
def project(served: GoTrue) -> GoTrue:
    """Return a project that nobody has asked yet."""
    served.renew()
    return served


@pytest.fixture
def supabase(project: GoTrue, with_keys: Door) -> Door:
    """Return a fresh control room for the users of a project that shows its public keys."""
    del project
    with_keys.renew()
    return with_keys


@pytest.fixture
def of_old(project: GoTrue, with_secret: Door) -> Door:
    """Return a fresh control room for the users of a project that signs with a shared secret."""
    del project
    with_secret.renew()
    return with_secret
