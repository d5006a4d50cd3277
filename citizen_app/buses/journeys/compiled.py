"""How the engine's inner loops are compiled. Pure.

Compiled functions release the interpreter (`nogil`), so that the threads of a worker search side by side, and are kept on disk.
They are made for any processor of the family, not for the one at hand: then one folder serves all machines.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])

vars(numba.config).update(CPU_NAME="generic", CPU_FEATURES="")

def compiled(function: Function) -> Function:
    """The same function as machine code, compiled when it is first called."""
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
