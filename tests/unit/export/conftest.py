"""What tests of several forms export."""

from __future__ import annotations

import pytest

from headwater.formats import Episode
from headwater.testing.rich_episodes import rich_episode


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Episode:
    """One episode with a stream of every kind."""
    return rich_episode(tmp_path_factory.mktemp("rich"))
