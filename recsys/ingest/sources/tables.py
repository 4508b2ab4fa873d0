"""What a source hands over."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


@dataclass(frozen=True)
class SourceTables:
    """A catalogue and perhaps events, with canonical column names, still to be checked.

    Parameters
    ----------
    catalogue
        One row per item; `images` may hold picture files as bytes.
    events
        One row per event, None when the set has no shoppers.
    vectors
        "text" or "image" to content vectors the set brings along, float32 (n_items, d) in the catalogue's order, rows
        of length 1 or NaN; see `encoders.supplied`.
    """

    catalogue: pa.Table
    events: pa.Table | None
    vectors: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
