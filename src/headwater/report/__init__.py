"""A check report as one page that is looked at: pictures, signals and findings on one time line.

Pure: a page is a function of what one decoding pass left behind and of what the suite said of it. ``Film`` is handed
to ``headwater.checks.observe`` to keep some of the pictures that pass by.
"""

from headwater.report.film import Film, Reel
from headwater.report.page import Shown, page

__all__ = ["Film", "Reel", "Shown", "page"]
