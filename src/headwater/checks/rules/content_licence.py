"""What the recording says about its own licence: the card, meta/info.json, and whether they agree.

Two statements that differ are a RISK: nobody can know what was granted. So are words that grant nothing (all rights
reserved, proprietary, unknown) and a statement that consent is missing: the contributor signs the campaign's terms, and
the data then says otherwise. A non-commercial or no-derivatives licence is a NOTE: whether the campaign may use it is
in its terms, which the suite does not see. rdq compares cards with 65 known sources; names are those of SPDX.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, rule

ALIKE = {"apache-2": "apache-2.0", "apache-license-2.0": "apache-2.0", "mit-license": "mit", "cc0": "cc0-1.0"}
NOTHING = re.compile(r"^(proprietary|all-rights-reserved|confidential|unknown|unlicensed|none|internal.*)$")
LIMITED = re.compile(r"(^|-)(nc|nd)(-|$)|non-?commercial|no-?deriv|research-only")
FIELDS = ("license", "licence")
NO = frozenset(("no", "none", "false", "0", "missing", "refused", "withdrawn", "not-given"))
FIX = "State one licence, the one you grant."


@rule("content/licence", version=1)
def check(seen: Observed) -> Iterator[Draft]:
    stated = _stated(seen)
    consent = _consent(seen)
    if not stated and consent is None:
        raise CannotJudge("the recording states no licence")
    names = {where: _plain(text) for where, text in stated.items()}
    if len(set(names.values())) > 1:
        observed = ", ".join(f"{text[:40]} in {where}" for where, text in stated.items())
        yield Draft(Severity.RISK, "Two licences are stated.", observed, "expected one", impact="", fix=FIX)
    for where, name in names.items():
        if NOTHING.match(name):
            message = "The recording says that nothing is granted."
            yield Draft(Severity.RISK, message, f"{stated[where][:40]} in {where}", "expected a licence", fix=FIX)
        elif LIMITED.search(name):
            message = "The recording's licence limits what it may be used for."
            yield Draft(Severity.NOTE, message, f"{stated[where][:40]} in {where}", "see the campaign's terms")
    if consent is not None and _plain(consent) in NO:
        message = "The recording says that consent is missing."
        fix = "Ask the people in it, and submit with their receipt."
        yield Draft(
            Severity.RISK, message, consent[:40], "expected consent", impact="It must not be released.", fix=fix
        )


def _stated(seen: Observed) -> dict[str, str]:
    """Place to licence text."""
    found = {}
    for where, source in _sources(seen):
        text = next((source[name] for name in FIELDS if isinstance(source.get(name), str)), "")
        if text.strip():
            found[where] = text.strip()
    return found


def _consent(seen: Observed) -> str | None:
    for _, source in _sources(seen):
        value = source.get("consent")
        if isinstance(value, str | bool):
            return str(value)
    return None


def _sources(seen: Observed) -> Iterator[tuple[str, Mapping[str, Any]]]:
    ledger = seen.episode.ledger
    for where, source in (
        ("the dataset card", ledger.get("card")),
        ("meta/info.json", ledger.get("info")),
        ("the recording", seen.episode.meta),
    ):
        if isinstance(source, Mapping):
            yield where, source


def _plain(text: str) -> str:
    """Lower case, hyphens for spaces and underscores; known other names of one licence become one."""
    name = re.sub(r"[\s_]+", "-", text.strip().lower())
    return ALIKE.get(name, name)
