"""The keys an item is filed under and the keys a query is looked up by, from fingerprints alone.

Two families share 32 bits: codes of motion (the highest bit clear) and trajectory tokens (set). An item keeps at most
32 a camera and 24 of its path; a query asks for all of its own, so a part of an item finds that part's share.
"""

from __future__ import annotations

import numpy as np

from headwater.checks.fingerprints import Fingerprints
from headwater.checks.motion_match import query_codes, stored_codes
from headwater.checks.path_match import path_tokens
from headwater.checks.shelf import Keys

PATH = np.uint32(1 << 31)


def stored_keys(prints: Fingerprints) -> Keys:
    """What an item is filed under."""
    codes = [stored_codes(camera.motion_frames()) for camera in prints.cameras.values() if camera.motion]
    return np.concatenate([*codes, np.frombuffer(prints.minhash, "<u4").astype(np.uint32) | PATH])


def motion_keys(prints: Fingerprints) -> Keys:
    """What a query's videos are looked up by."""
    codes = [query_codes(camera.motion_frames()) for camera in prints.cameras.values() if camera.motion]
    return np.concatenate([np.zeros(0, np.uint32), *codes])


def path_keys(prints: Fingerprints) -> Keys:
    """What a query's trajectory is looked up by."""
    return path_tokens(prints.trajectory_rows()) | PATH if prints.axes else np.zeros(0, np.uint32)
