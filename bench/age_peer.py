"""Encrypts and decrypts a file with age's Rust code (pyrage), in an environment of its own; prints CPU seconds."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pyrage

if __name__ == "__main__":
    plain, folder = Path(sys.argv[1]), Path(sys.argv[2])
    identity = pyrage.x25519.Identity.generate()
    spent = {}
    start = time.process_time()
    pyrage.encrypt_file(str(plain), str(folder / "age"), [identity.to_public()])
    spent["encrypt"] = time.process_time() - start
    start = time.process_time()
    pyrage.decrypt_file(str(folder / "age"), str(folder / "again"), [identity])
    spent["decrypt"] = time.process_time() - start
    print(json.dumps(spent))
