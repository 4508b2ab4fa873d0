"""Lists as files: Parquet, CSV or JSONL, whole or not at all."""

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from recsys.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".parquet", ".csv", ".jsonl")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def require_known_suffix(path: Path) -> None:
    """Refuse a file whose ending says nothing, before any work is done.

    Raises
    ------
    InputError
        The ending is none of `SUFFIXES`, or its folder does not exist.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"Cannot tell the format of {path.name!r}; end it with .parquet, .csv or .jsonl.")
    if not path.parent.is_dir():
        raise InputError(f"The folder {path.parent} does not exist; make it first.")


def write_frame(frame: "pd.DataFrame", path: Path) -> None:
    """Write a frame in the format its name says; a reader never sees half a file.

    Parameters
    ----------
    frame
        Text and numbers. In CSV, text that a spreadsheet would run as a formula gets a leading apostrophe.
    path
        Ends with one of `SUFFIXES`.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    suffix = path.suffix.lower()
    try:
        if suffix == ".parquet":
            frame.to_parquet(temporary, index=False, compression="zstd", write_page_checksum=True)
        elif suffix == ".csv":
            defuse_formulas(frame).to_csv(temporary, index=False)
        else:
            frame.to_json(temporary, orient="records", lines=True, force_ascii=False, double_precision=15)
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        temporary.unlink(missing_ok=True)


def defuse_formulas(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return the frame with an apostrophe before text cells that start with = + - @, tab or carriage return."""
    safe = frame.copy()
    for column in safe.columns[[dtype.kind in "OTU" or str(dtype) == "str" for dtype in safe.dtypes]]:
        text = safe[column].astype("str")
        risky = safe[column].notna() & text.str.startswith(FORMULA_STARTS)
        safe[column] = safe[column].where(~risky, "'" + text)
    return safe
