"""The Wilson score interval: how much a rate over few cases can be trusted.

Formula: Wilson, E. B. (1927), J. Am. Stat. Assoc. 22, 209-212; without continuity correction.
"""

from __future__ import annotations

from decimal import Decimal, localcontext

from flightrules.engine.verdict import Interval

__all__ = ["wilson"]

_Z = Decimal("1.959963984540054")  # the normal quantile of 97.5 per cent
_PLACES = Decimal("0.0001")


def wilson(successes: int, total: int) -> Interval | None:
    """The 95 % interval of ``successes`` of ``total`` in per cent; ``None`` over nothing.

    The ends are rounded outwards to four places, so the interval is never narrower than it is.
    """
    if total <= 0:
        return None
    with localcontext(prec=40):
        n, share, z2 = Decimal(total), Decimal(successes) / total, _Z * _Z
        centre = share + z2 / (2 * n)
        spread = _Z * ((share * (1 - share) + z2 / (4 * n)) / n).sqrt()
        low, high = (centre - spread) / (1 + z2 / n), (centre + spread) / (1 + z2 / n)
        low, high = max(low, Decimal(0)) * 100, min(high, Decimal(1)) * 100
        # at the ends the exact bound is 0 or 100; rounding noise must not say otherwise
        low = Decimal(0) if successes == 0 else low
        high = Decimal(100) if successes == total else high
        return Interval(
            low.quantize(_PLACES, "ROUND_FLOOR"), high.quantize(_PLACES, "ROUND_CEILING"), successes, total
        )
