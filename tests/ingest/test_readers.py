"""Any delimiter, encoding and format; every bad line with its number."""

import io
import json
import os

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recsys.errors import InputError
from recsys.ingest.delimited import detect_encoding, read_delimited
from recsys.ingest.isolation import run_isolated
from recsys.ingest.readers import READERS, read_table
from recsys.ingest.tables import ReadOptions

ROWS = [("1", "Blå skjorte", "12,50"), ("2", "Grøn hue", "7,00"), ("3", "Señor, “Größe”", "1,00")]


def text(delimiter: str = ",") -> str:
    def cell(value: str) -> str:
        return f'"{value}"' if delimiter in value else value

    return "\n".join(delimiter.join(map(cell, row)) for row in [("id", "title", "price"), *ROWS]) + "\n"


def write(path, content: str | bytes):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~", "\x1f"])
def test_any_delimiter_is_found(tmp_path, delimiter):
    raw = read_table(write(tmp_path / "x.csv", text(delimiter)))
    assert list(zip(*raw.table.to_pydict().values(), strict=True)) == ROWS
    assert raw.rows.tolist() == [2, 3, 4]
    assert raw.problems == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_any_encoding_is_found(tmp_path, encoding):
    raw = read_table(write(tmp_path / "x.csv", text(";").encode(encoding)))
    assert raw.table.column_names == ["id", "title", "price"]
    assert raw.table.column("title").to_pylist() == [row[1] for row in ROWS]


def test_latin_1_given_and_found(tmp_path):
    content = text(";").replace("“", "'").replace("”", "'")
    path = write(tmp_path / "x.csv", content.encode("latin-1"))
    found, given_ = read_table(path), read_table(path, ReadOptions(encoding="latin-1"))
    assert found.table.equals(given_.table)
    assert given_.table.column("title")[1].as_py() == "Grøn hue"


def test_a_late_foreign_byte_decides_the_encoding(tmp_path):
    path = write(tmp_path / "x.csv", b"id,title\n" + b"1,plain\n" * 200_000 + "2,Größe\n".encode("cp1252"))
    assert detect_encoding(path) != "utf-8"
    assert read_delimited(path, ReadOptions()).table.column("title")[-1].as_py() == "Größe"


def test_a_character_cut_in_two_by_a_chunk_is_still_utf_8(tmp_path):
    path = write(tmp_path / "x.csv", "id,title\n" + "1,ø\n" * 400_000)
    assert detect_encoding(path) == "utf-8"


def test_numbers_of_rows_count_blank_and_bad_lines(tmp_path):
    raw = read_table(write(tmp_path / "x.csv", "id,title\n1,a\n\n2\n3,b\n4,c,d\n5,e\n\n"))
    assert raw.table.column("id").to_pylist() == ["1", "3", "5"]
    assert raw.rows.tolist() == [2, 5, 7]
    assert [(p.row, p.kind) for p in raw.problems] == [(4, "wrong_cell_count"), (6, "wrong_cell_count")]
    assert "3 cells, the header 2" in raw.problems[1].message


def test_blank_lines_above_the_header_are_counted(tmp_path):
    raw = read_table(write(tmp_path / "x.csv", "\n\nid,title\n1,a\n2\n3,c\n"))
    assert raw.table.to_pydict() == {"id": ["1", "3"], "title": ["a", "c"]}
    assert raw.rows.tolist() == [4, 6]
    assert [problem.row for problem in raw.problems] == [5]


def test_a_break_inside_quotes_is_one_row(tmp_path):
    raw = read_table(write(tmp_path / "x.csv", 'id,title\n1,"a\nb"\n2,c\n'))
    assert raw.rows.tolist() == [2, 3]
    assert raw.table.column("title").to_pylist() == ["a\nb", "c"]


def test_one_column_names_what_was_detected(tmp_path):
    raw = read_table(write(tmp_path / "x.csv", "id::title\n1::a\n"))
    assert [problem.kind for problem in raw.problems] == ["one_column"]
    assert "delimiter comma" in raw.problems[0].message
    assert "option `delimiter`" in raw.problems[0].message
    raw = read_table(write(tmp_path / "y.csv", "id;title\n1;a\n"), ReadOptions(delimiter="|"))
    assert "delimiter bar" in raw.problems[0].message


def test_column_names_are_trimmed_and_made_distinct(tmp_path):
    raw = read_table(write(tmp_path / "x.csv", " id ,price,price,\n1,2,3,4\n"))
    assert raw.table.column_names == ["id", "price", "price.2", "column 4"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.csv", b"", r"x\.csv is empty \(0 bytes\)"),
        ("x.csv", b"\n\n", "is empty: it has no header"),
        ("x.pdf", b"%PDF", r"ending '\.pdf', which is not known: use one of .*\.csv"),
        ("x.parquet", b"PAR1 no", "not a readable Parquet file"),
        ("x.xlsx", b"PK no", "not a readable Excel workbook"),
        ("x.jsonl", b"hello\n", "holds no JSON object"),
    ],
)
def test_what_cannot_be_read_says_so(tmp_path, name, content, message):
    with pytest.raises(InputError, match=message):
        read_table(write(tmp_path / name, content))


def test_a_missing_file_and_a_wrong_encoding(tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        read_table(tmp_path / "x.csv")
    path = write(tmp_path / "x.csv", "id,title\n1,ø\n")
    with pytest.raises(InputError, match="no encoding 'klingon'"):
        read_table(path, ReadOptions(encoding="klingon"))
    with pytest.raises(InputError, match="cannot be read as ascii"):
        read_table(path, ReadOptions(encoding="ascii"))
    with pytest.raises(InputError, match="must be one character"):
        read_table(path, ReadOptions(delimiter="::"))


def test_parquet_keeps_types_and_is_read_in_another_process(tmp_path):
    frame = pd.DataFrame({"id": [1, 2], "price": [1.5, None]})
    frame.to_parquet(tmp_path / "x.parquet")
    raw = read_table(tmp_path / "x.parquet")
    assert raw.table.to_pydict() == {"id": [1, 2], "price": [1.5, None]}
    assert raw.rows.tolist() == [2, 3]


def test_json_lines_with_nested_values_bad_lines_and_mixed_types(tmp_path):
    good = write(tmp_path / "a.jsonl", '{"id": "1", "attributes": {"x": 1}}\n{"id": "2"}\n')
    raw = READERS["jsonl"](good, ReadOptions())
    assert raw.rows.tolist() == [1, 2]
    assert raw.table.column("attributes").to_pylist() == [{"x": 1}, None]
    mixed = write(tmp_path / "b.jsonl", '{"id": 1}\n\n{"id": "x"}\nnope\n[1]\n{"id": null, "title": "t"}\n')
    raw = READERS["jsonl"](mixed, ReadOptions())
    assert raw.rows.tolist() == [1, 3, 6]
    assert raw.table.column("id").to_pylist() == ["1", "x", None]
    assert [(problem.row, problem.kind) for problem in raw.problems] == [(4, "bad_json"), (5, "bad_json")]
    listed = write(tmp_path / "c.json", json.dumps([{"id": 1}, {"id": 2}]))
    assert READERS["jsonl"](listed, ReadOptions()).table.column("id").to_pylist() == [1, 2]


def workbook(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_excel_values_and_rows(tmp_path):
    path = workbook(tmp_path / "x.xlsx", Items=[["id", "title", "n"], [1, "a", 1], [None, None, None], ["2", "b", 2.5]])
    raw = read_table(path)
    assert raw.table.to_pydict() == {"id": ["1", "2"], "title": ["a", "b"], "n": [1.0, 2.5]}
    assert raw.rows.tolist() == [2, 4]


def test_excel_with_two_sheets_names_them_and_takes_the_chosen_one(tmp_path):
    path = workbook(tmp_path / "x.xlsx", Items=[["id"], [1]], Prices=[["id", "price"], [1, 2]], Empty=[])
    with pytest.raises(
        InputError, match=r"2 sheets with content: 'Items' \(2 rows\), 'Prices' \(2 rows\).*option `sheet`"
    ):
        READERS["excel"](path, ReadOptions())
    assert READERS["excel"](path, ReadOptions(sheet="Prices")).table.column_names == ["id", "price"]
    with pytest.raises(InputError, match="has no sheet 'Nope'"):
        READERS["excel"](path, ReadOptions(sheet="Nope"))
    with pytest.raises(InputError, match=r"'Empty' of x\.xlsx is empty"):
        READERS["excel"](path, ReadOptions(sheet="Empty"))


def test_a_reading_process_stops_at_its_memory_limit(tmp_path):
    frame = pd.DataFrame({"id": ["x" * 1000] * 400_000})  # 400 MB unpacked, a few kB packed
    frame.to_parquet(tmp_path / "bomb.parquet")
    job = {"path": str(tmp_path / "bomb.parquet"), "format": "parquet", "options": {}}
    assert (tmp_path / "bomb.parquet").stat().st_size < 1_000_000
    limit = run_isolated("read", job, subject="bomb.parquet", memory_limit_bytes=600 << 20)
    with pytest.raises(InputError, match=r"needs more than 0\.6 GB of memory"), limit:
        pass


def test_a_reading_process_that_dies_or_hangs_is_a_sentence(tmp_path):
    fifo = tmp_path / "pipe.parquet"
    os.mkfifo(fifo)
    job = {"path": str(fifo), "format": "parquet", "options": {}}
    with (
        pytest.raises(InputError, match="took longer than 1 s"),
        run_isolated("read", job, subject="pipe.parquet", time_limit_s=1.0),
    ):
        pass
    nothing = run_isolated("read", {"path": "x", "format": "nothing", "options": {}}, subject="x")
    with pytest.raises(InputError, match="could not be read; it may be damaged"), nothing:
        pass


SEED = text(";").encode()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(st.tuples(st.integers(0, len(SEED) - 1), st.binary(max_size=3)), max_size=6),
    cut=st.integers(1, len(SEED)),
)
def test_mutated_text_is_read_or_refused_and_rows_add_up(tmp_path, edits, cut):
    content = bytearray(SEED)
    for position, piece in edits:
        content[position : position + 1] = piece
    path = write(tmp_path / "m.csv", bytes(content[:cut]) or b"x")
    try:
        raw = read_table(path)
    except InputError as error:
        assert "m.csv" in str(error)
        return
    assert raw.table.num_rows == len(raw.rows) == len(set(raw.rows.tolist()))


def test_mutated_parquet_and_excel_never_get_past_the_reader(tmp_path):
    """Damaged files raise our error in the reading process; anything else would be a crash report there."""
    import random

    buffer = io.BytesIO()
    pd.DataFrame({"id": list("abcdef") * 50, "n": range(300)}).to_parquet(buffer)
    book = workbook(tmp_path / "seed.xlsx", Items=[["id", "n"], *([f"i{n}", n] for n in range(30))]).read_bytes()
    draw = random.Random(7)
    for kind, seed, ending in (("parquet", buffer.getvalue(), "parquet"), ("excel", book, "xlsx")):
        for number in range(60):
            content = bytearray(seed)
            for _ in range(draw.randint(1, 8)):
                content[draw.randrange(len(content))] = draw.randrange(256)
            path = write(
                tmp_path / f"{number}.{ending}",
                bytes(content[: draw.randint(1, len(content))] if number % 3 else content),
            )
            job = READERS[kind]
            try:
                raw = job(path, ReadOptions())
            except InputError:
                continue
            assert raw.table.num_rows == len(raw.rows)
