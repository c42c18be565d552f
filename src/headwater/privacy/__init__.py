"""Who can be recognised in a recording, and how to send it without: detectors behind a port, metadata, redaction.

``detectors()`` loads the privacy extra's models; ``traces_of`` and ``identifiers`` read metadata; ``redact`` writes a
recording without what was found, its sensors bit for bit, and a record of what was changed.
"""

from headwater.privacy.detectors import detectors, detectors_if_there, versions_if_there
from headwater.privacy.dicom import identifiers, is_dicom
from headwater.privacy.errors import FIX, ExtraMissingError, PrivacyError, RedactionError
from headwater.privacy.film import strip_film
from headwater.privacy.models import Area, Heard, Seen, Sight, Sighting, Trace
from headwater.privacy.ports import Detectors
from headwater.privacy.traces import traces_of

__all__ = [
    "FIX",
    "Area",
    "Detectors",
    "ExtraMissingError",
    "Heard",
    "PrivacyError",
    "RedactionError",
    "Seen",
    "Sight",
    "Sighting",
    "Trace",
    "detectors",
    "detectors_if_there",
    "identifiers",
    "is_dicom",
    "strip_film",
    "traces_of",
    "versions_if_there",
]
