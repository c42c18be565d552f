"""The command line."""

import os

# Before NumPy is loaded: OpenBLAS' second thread waits by spinning, a sixth of a check's CPU time on two cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
