from __future__ import annotations

import pytest

from headwater.testing.sealed import Scene, sealed_scene


@pytest.fixture
def scene() -> Scene:
    return sealed_scene()
