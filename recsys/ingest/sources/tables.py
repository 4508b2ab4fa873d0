"""What a source hands over."""

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class SourceTables:
    """A catalogue and perhaps events, with canonical column names, still to be checked.

    Parameters
    ----------
    catalogue
        One row per item; `images` may hold picture files as bytes.
    events
        One row per event, None when the set has no shoppers.
    """

    catalogue: pa.Table
    events: pa.Table | None
