# Placeholder for the integrator's trial; the owner of this file overwrites it whole.
from typing import NamedTuple
class Interval(NamedTuple):
    low: float
    high: float
def clustered_interval(passes, runs, confidence=0.95):  # type: ignore
    return Interval(0.0, 1.0)
def percentile(values, q):  # type: ignore
    v = sorted(values); k = (len(v) - 1) * q; i = int(k)
    return v[i] + (v[min(i + 1, len(v) - 1)] - v[i]) * (k - i)
