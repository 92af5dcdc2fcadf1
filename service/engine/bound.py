"""When so many late cases can no longer be chance: one exact comparison, no floating point.

Wilson's one-sided 99 % lower bound of the late share is compared with the share that may be late.
Multiplied out, the comparison needs whole numbers only, so that every machine decides alike.
Testing the bare share was rejected: three late of four would then look like a disaster.
"""

WHOLE = 10_000
# z squared for 99 %, one-sided: 2.3263 * 2.3263, and the scale that makes it a whole number.
_Z_SQUARED = 541_167_169
_SCALE = 100_000_000


def late_share_exceeds(late: int, cases: int, allowance: int) -> bool:
    """Tell whether the bound of `late` of `cases` lies above the allowance.

    `allowance` is the share that may be late, in hundredths of a percent (0 to 10000).
    """
    above = late * WHOLE - cases * allowance
    if above <= 0:
        return False
    return _SCALE * above * above > _Z_SQUARED * allowance * (WHOLE - allowance) * cases
