"""How often the interpreter looks for garbage that refers to itself.

An engine makes many small objects that live long and hardly any cycles; at the usual settings
looking for them cost a quarter of a fold (`make bench` before and after).  Switching it off was
rejected: what little there is would then stay for ever.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG, MIDDLE, OLD = 50_000, 20, 100


def calm() -> None:
    """Look less often; call it once when a host starts."""
    gc.set_threshold(YOUNG, MIDDLE, OLD)


@contextmanager
def loading() -> Iterator[None]:
    """Do not look at all while much is loaded that stays: it took as long as the loading."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def settle() -> None:
    """Leave what was loaded at the start out of every later look."""
    gc.collect()
    gc.freeze()
