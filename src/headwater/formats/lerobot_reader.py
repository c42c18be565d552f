"""Which LeRobot version a folder is, and its reader."""

from __future__ import annotations

from pathlib import Path

from headwater.formats.errors import UnknownFormatError
from headwater.formats.lerobot import INFO, Info
from headwater.formats.lerobot_v2 import open_v2
from headwater.formats.lerobot_v3 import open_v3
from headwater.formats.recording import Recording

_OPENERS = {"v2.0": open_v2, "v2.1": open_v2, "v3.0": open_v3}


class LeRobotReader:
    """Opens a folder with ``meta/info.json``."""

    family = "LeRobot"

    def accepts(self, path: Path) -> bool:
        return path.is_dir() and ((path / INFO).is_file() or (path / "meta").is_dir())

    def open(self, path: Path) -> Recording:
        info = Info(path)
        opener = _OPENERS.get(info.version)
        if opener is None:
            raise UnknownFormatError(
                "version is not read here",
                file=info.file,
                field="codebase_version",
                actual=info.version[:40],
                allowed=", ".join(_OPENERS),
                fix="Convert it with LeRobot's convert_dataset_v21_to_v30 script.",
            )
        return opener(path, info)
