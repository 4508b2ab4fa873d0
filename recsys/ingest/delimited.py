"""CSV, TSV and their relatives: encoding and delimiter found, every cell kept as text, every bad line reported."""

import codecs
import csv
import io
from pathlib import Path
from typing import BinaryIO

import charset_normalizer
import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from recsys.errors import InputError
from recsys.ingest.problems import ProblemLog, Severity
from recsys.ingest.tables import RawTable, ReadOptions, clean_names, drop_empty_rows

DELIMITERS: tuple[str, ...] = (",", ";", "\t", "|", "^", "~", "\x01", "\x1f")
LIKELY_ENCODINGS: tuple[str, ...] = (
    "cp1252", "cp1250", "cp1251", "cp932", "gb18030", "big5", "euc_kr", "latin_1",
)  # fmt: skip
"""Tried, by charset-normalizer, on files that are not Unicode."""

SAMPLE_BYTES = 256 * 1024
SAMPLE_LINES = 50
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAMES = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
_CHUNK = 1 << 20
_WEST_EUROPEAN = frozenset({"cp1250", "cp1252", "latin_1"})
CLEAR_PERCENT = 10.0
"""Below this much evidence of a language, bytes that could be west or central European are taken as west European."""


def read_delimited(path: Path, options: ReadOptions) -> RawTable:
    """Read a text file of any delimiter and encoding.

    Parameters
    ----------
    path
        The file.
    options
        `delimiter` and `encoding` override what is found.

    Returns
    -------
    RawTable
        Text columns; lines with another number of cells than the header are left out and reported as errors.

    Raises
    ------
    InputError
        When the file is empty, its text cannot be decoded, or it is no table.
    """
    encoding = _known_encoding(options.encoding, path) or detect_encoding(path)
    sample = _sample_lines(path, encoding)
    if not sample.strip():
        raise InputError(f"{path.name} is empty: it has no header and no rows. Export it again and check its size.")
    delimiter = options.delimiter or detect_delimiter(sample)
    if len(delimiter) != 1:
        raise InputError(f"The delimiter of {path.name} must be one character; received {delimiter!r}.")
    log = ProblemLog(path.name)
    table, rows = _parse(path, encoding, delimiter, log)
    if options.encoding is None and not encoding.startswith("utf"):
        log.add(
            "guessed_encoding",
            f"The file is no Unicode text and was read as {encoding}: if accents look wrong in the preview, set the "
            "option `encoding`, or export it as UTF-8.",
            severity=Severity.WARNING,
        )
    description = f"text, {encoding}, delimiter {_NAMES.get(delimiter, repr(delimiter))}"
    if table.num_columns == 1:
        name = table.column_names[0]
        tried = ", ".join(_NAMES.get(character, repr(character)) for character in DELIMITERS[:4])
        log.add(
            "one_column",
            f"The file was read as {description}, which gives one column only, {name[:80]!r}. If the cells are "
            f"separated by something else than {tried}, set the option `delimiter` to it or save the file with commas.",
            row=1,
            column=name,
            value=sample.splitlines()[0],
        )
    return RawTable(*drop_empty_rows(table, rows), description=description, problems=log.problems())


def detect_encoding(path: Path) -> str:
    """Return the codec of a file: by its byte-order mark, else UTF-8 if the whole file is, else the likeliest one."""
    with path.open("rb") as file:
        start = file.read(SAMPLE_BYTES)
        for mark, encoding in _BOMS:
            if start.startswith(mark):
                return encoding
        if start[:200].count(0) > len(start[:200]) // 4:
            return "utf-16-le" if start[1:200:2].count(0) > start[0:200:2].count(0) else "utf-16-be"
        strange = _not_utf8(file, start)
    if strange is None:
        return "utf-8"
    best = charset_normalizer.from_bytes(strange, cp_isolation=list(LIKELY_ENCODINGS)).best()
    if best is None or (best.encoding in _WEST_EUROPEAN and best.percent_coherence < CLEAR_PERCENT):
        return "cp1252" if _decodes(strange, "cp1252") else "latin_1"
    return best.encoding


def _not_utf8(file: BinaryIO, start: bytes) -> bytes | None:
    """Return lines that are no UTF-8, to guess from; None when the whole file is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for chunk in [start, *iter(lambda: file.read(_CHUNK), b"")]:
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            return _foreign_lines(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _foreign_lines(start)
    return None


def _foreign_lines(chunk: bytes) -> bytes:
    """Lines with bytes beyond ASCII."""
    return b"\n".join(line for line in chunk.split(b"\n") if not line.isascii())[:SAMPLE_BYTES]


def _decodes(content: bytes, encoding: str) -> bool:
    """True when every byte means something in `encoding`."""
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def detect_delimiter(sample: str) -> str:
    """Return the delimiter that splits the sample's lines most evenly into the most cells; a comma when none does."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        lines = _split(sample, delimiter)
        if not lines or len(lines[0]) < 2:
            continue
        width = len(lines[0])
        even = sum(len(row) == width for row in lines) / len(lines)
        score = even * 100 + min(width, 50)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _split(sample: str, delimiter: str) -> list[list[str]]:
    """Cells of the sample's lines, up to the first line that no reader of text tables accepts."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if row:
                rows.append(row)
    except csv.Error:
        return rows  # Arrow reads the file itself; this only looks for the header and the delimiter
    return rows


def _blank_start(sample: str) -> int:
    """Blank lines before the header."""
    lines = sample.splitlines()
    return next((number for number, line in enumerate(lines) if line.strip()), len(lines))


def _known_encoding(name: str | None, path: Path) -> str | None:
    """Check the codec a person named."""
    if name is None:
        return None
    try:
        known = codecs.lookup(name).name
    except LookupError as error:
        raise InputError(f"There is no encoding {name!r}: use for example utf-8, utf-16, cp1252 or latin-1.") from error
    if known == "utf-8":
        with path.open("rb") as file:
            if _not_utf8(file, file.read(SAMPLE_BYTES)) is not None:
                raise InputError(f"{path.name} is not UTF-8 text: leave the option `encoding` out, or correct it.")
    return known


def _sample_lines(path: Path, encoding: str) -> str:
    """First lines as text, without a last line cut in two."""
    with path.open("rb") as file:
        raw = file.read(SAMPLE_BYTES)
        whole = not file.read(1)
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(raw).lstrip("\ufeff")
    lines = text.splitlines(keepends=True)
    return "".join((lines if whole or len(lines) < 2 else lines[:-1])[:SAMPLE_LINES])


def _parse(path: Path, encoding: str, delimiter: str, log: ProblemLog) -> tuple[pa.Table, np.ndarray]:
    """Parse in parallel; when lines are bad, once more in order, which tells their numbers."""
    bad: list[pa_csv.InvalidRow] = []
    table = _parse_once(path, encoding, delimiter, bad, threads=True)
    if bad:
        bad.clear()
        table = _parse_once(path, encoding, delimiter, bad, threads=False)
    first = 2 + _blank_start(_sample_lines(path, encoding))
    rows = np.arange(first, first + table.num_rows + len(bad), dtype=np.int64)
    if bad:
        rows = np.setdiff1d(rows, np.array([row.number for row in bad], dtype=np.int64))
    for row in bad:
        log.add_rows(
            "wrong_cell_count",
            f"The line has {row.actual_columns} cells, the header {row.expected_columns}: put quotes around text that "
            "contains the delimiter, or correct the line.",
            [row.number],
            values=[row.text],
        )
    return table, rows


def _parse_once(path: Path, encoding: str, delimiter: str, bad: list[pa_csv.InvalidRow], *, threads: bool) -> pa.Table:
    """Let Arrow parse the file with every column as text."""

    def note(row: pa_csv.InvalidRow) -> str:
        bad.append(row)
        return "skip"

    sample = _sample_lines(path, encoding)
    names = clean_names(next(iter(_split(sample, delimiter)), []))
    try:
        return pa_csv.read_csv(
            path,
            read_options=pa_csv.ReadOptions(
                use_threads=threads,
                encoding=encoding,
                column_names=names,
                skip_rows=0,
                skip_rows_after_names=_blank_start(sample) + 1,
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=note
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types={name: pa.string() for name in names}, null_values=[""], strings_can_be_null=True
            ),
        )
    except (pa.ArrowInvalid, UnicodeError) as error:
        raise InputError(
            f"{path.name} cannot be read as {encoding} text with delimiter {delimiter!r} ({error}): "
            "check the options `encoding` and `delimiter`, or export it again as UTF-8."
        ) from error
