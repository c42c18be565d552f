"""Runs crowd-kit's methods; a program of ``.venv-crowd``, where nothing of ours is installed.

Reads one JSON object: ``answers`` as [item, worker, class], and ``jobs`` as {method, gold}. Writes a list, one a job:
item to class, or a text that says why there is none.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

MAKERS: dict[str, dict[str, Any]] = {
    "MajorityVote": {},
    "Wawa": {},
    "OneCoinDawidSkene": {"n_iter": 100},
    "DawidSkene": {"n_iter": 100},
    "GLAD": {},
    "MACE": {"random_state": 0},
    "KOS": {"random_state": 0},
}


def run(data: Any, method: str, gold: dict[str, str] | None) -> dict[str, str] | str:
    import pandas
    from crowdkit import aggregation

    maker = getattr(aggregation, method)(**MAKERS[method])
    try:
        more = {"true_labels": pandas.Series(gold)} if gold else {}
        found = maker.fit(data, **more).labels_ if gold else maker.fit_predict(data)
    except Exception as error:  # a method that cannot have this set, as KOS more than two classes, is left out
        return f"{type(error).__name__}: {error}"
    return {str(item): str(value) for item, value in found.items()}


def main() -> None:
    warnings.simplefilter("ignore")
    import pandas

    asked = json.load(sys.stdin)
    data = pandas.DataFrame(asked["answers"], columns=["task", "worker", "label"])
    json.dump([run(data, job["method"], job["gold"]) for job in asked["jobs"]], sys.stdout)


if __name__ == "__main__":
    main()
