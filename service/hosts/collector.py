"""How often the interpreter looks for garbage that refers to itself.

An engine makes many small objects that live long and hardly any cycles; at the usual settings
looking for them cost a quarter of a fold (`make bench` before and after).  Switching it off was
rejected: what little there is would then stay for ever.
"""

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 100


def calm() -> None:
    """Look less often; call it once when a host starts."""
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def settle() -> None:
    """Leave what was loaded at the start out of every later look."""
    gc.collect()
    gc.freeze()
