"""lerobot-lint's command where there is no GPU; runs in its environment.

LeRobot reads sets through torchvision, whose wheel is built for CUDA and does not import without help (the same help
that ``make clients`` gives it). Nothing of the checker is changed.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "clients"))
importlib.import_module("check_lerobot").torch_on_cpu()
sys.exit(importlib.import_module("lerobot_lint.cli").app())
