"""The audit: every claim of the network recomputed from chain and blob storage alone.

``run_audit`` reads a live network; ``audit`` is the same over facts already gathered. No operator's database is asked,
and whatever is wrong with what others published becomes a claim that fails and names the leaf.
"""

from headwater.client.audit.errors import EvidenceError
from headwater.client.audit.facts import Addresses, Facts, Reads
from headwater.client.audit.report import AuditReport, Claim, Status
from headwater.client.audit.run import audit, gather, run_audit

__all__ = [
    "Addresses",
    "AuditReport",
    "Claim",
    "EvidenceError",
    "Facts",
    "Reads",
    "Status",
    "audit",
    "gather",
    "run_audit",
]
