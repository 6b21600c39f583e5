"""Percentiles of samples that grow between two questions."""

from decimal import Decimal

from flightrules.evidence.records.durations import Durations
from flightrules.evidence.records.samples import Samples


def test_each_answer_counts_all_requests_so_far():
    samples = Samples()
    samples.add("a", 10, ok=True)
    samples.add("b", 20, ok=True)
    assert samples.percentile(Decimal(100)) == 20
    samples.add("b", 30, ok=False)
    assert samples.percentile(Decimal(100)) == 30
    more = Durations()
    more.add(40)
    samples.add_all("a", more, requests=1, failed=0)
    assert samples.percentile(Decimal(100)) == 40
    assert samples.merge(samples).percentile(Decimal(50)) == 20
