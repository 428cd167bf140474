"""The array type shared by factors and rules: a block of mentee rows against all mentors."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

# Any: whole-number arrays differ in width (int32 scores, int64 sums); all are exact.
Grid: TypeAlias = npt.NDArray[np.signedinteger[Any]]
Mask: TypeAlias = npt.NDArray[np.bool_]

# A feature nobody can compute from what was stated; it earns nothing and is never shown.
UNKNOWN = -1
