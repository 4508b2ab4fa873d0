"""Cells to values; expected ones written by hand."""

import math
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.errors import InputError
from recsys.ingest.times import to_times
from recsys.ingest.values import to_numbers, to_text


def numbers(cells: list, decimal: str | None = None) -> list[float | None]:
    return [None if math.isnan(value) else float(value) for value in to_numbers(pa.array(cells), decimal).values]


def times(cells: list, **options: object) -> list[str]:
    return [str(value) for value in to_times(pa.array(cells), **options).values.astype("datetime64[s]")]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", " 2.5 ", "", None, "-3", "1e3"], [1, 2.5, None, None, -3, 1000]),
        (["1,5", "2,25"], [1.5, 2.25]),
        (["1.234,50", "7"], [1234.5, 7]),
        (["1,234.50", "7,000"], [1234.5, 7000]),
        (["1 234,50", "1\u00a0000,5", "1'000,5"], [1234.5, 1000.5, 1000.5]),
        (["1.234.567", "2"], [1234567, 2]),
        (["€ 12,50", "£3,00", "4,00 zł", "USD 5,10", "6,00 EUR"], [12.5, 3, 4, 5.1, 6]),
        (["35%", "12,5 %"], [0.35, 0.125]),
        (["inf", "nan", "-inf"], [None, None, None]),
        ([1, 2, None], [1, 2, None]),
        ([True, False], [1, 0]),
    ],
)
def test_numbers(cells, expected):
    assert numbers(cells) == pytest.approx(expected, nan_ok=True)


def test_numbers_that_are_none_are_marked_and_currencies_noted():
    found = to_numbers(pa.array(["cheap", "€ 5", "", "1-2", "--", "0x10", "inf"]))
    assert found.bad.tolist() == [True, False, False, True, True, True, True]
    assert found.currencies.tolist()[1] == "EUR"


def test_a_comma_that_could_mean_two_things_is_said():
    assert to_numbers(pa.array(["1,234", "5"])).ambiguous == "1,234"
    assert numbers(["1,234"]) == [1234]
    assert numbers(["1,234"], ",") == [1.234]
    assert to_numbers(pa.array(["1,234", "5,5"])).ambiguous is None
    assert numbers(["1.234"], ",") == [1234]


@pytest.mark.parametrize("decimal", [".", ","])
@given(values=st.lists(st.floats(-1e9, 1e9).map(lambda value: round(value, 2)), min_size=1))
def test_numbers_survive_being_written_with_either_sign(decimal, values):
    written = [f"{value:.2f}".replace(".", decimal) for value in values]
    assert numbers(written, decimal) == pytest.approx(values)


@pytest.mark.parametrize(
    ("cells", "options", "expected"),
    [
        (["2024-03-01", "2024-03-01 10:05", "2024-03-01T10:05:06.789Z"], {},
         ["2024-03-01T00:00:00", "2024-03-01T10:05:00", "2024-03-01T10:05:06"]),
        (["2024-03-01T10:00:00+02:00"], {}, ["2024-03-01T08:00:00"]),
        (["2024-07-01 10:00", "2024-07-01T10:00:00Z"], {"timezone": "Europe/Berlin"},
         ["2024-07-01T08:00:00", "2024-07-01T10:00:00"]),
        (["31.12.2024", "01.02.2024 08:15"], {}, ["2024-12-31T00:00:00", "2024-02-01T08:15:00"]),
        (["12/31/2024 8:15 PM", "1/2/24"], {}, ["2024-12-31T20:15:00", "2024-01-02T00:00:00"]),
        (["03/04/2024"], {"dayfirst": True}, ["2024-04-03T00:00:00"]),
        (["1709287200", "1709287201"], {}, ["2024-03-01T10:00:00", "2024-03-01T10:00:01"]),
        (["1709287200123"], {}, ["2024-03-01T10:00:00"]),
        ([1709287200, 1709287201], {}, ["2024-03-01T10:00:00", "2024-03-01T10:00:01"]),
        ([1709287200000000], {}, ["2024-03-01T10:00:00"]),
        ([date(2024, 3, 1)], {}, ["2024-03-01T00:00:00"]),
        ([datetime(2024, 3, 1, 10, tzinfo=UTC)], {"timezone": "Asia/Tokyo"}, ["2024-03-01T10:00:00"]),
        ([datetime(2024, 3, 1, 10)], {"timezone": "Asia/Tokyo"}, ["2024-03-01T01:00:00"]),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_times(cells, options, expected):
    assert times(cells, **options) == expected


def test_times_that_are_none_are_marked_and_an_open_order_is_said():
    found = to_times(pa.array(["2024-01-01", "yesterday", "32.13.2024", "", None]))
    assert found.bad.tolist() == [False, True, True, False, False]
    assert np.isnat(found.values).tolist() == [False, True, True, True, True]
    assert to_times(pa.array(["03/04/2024", "01/02/2024"])).ambiguous == "03/04/2024"
    assert to_times(pa.array(["03/04/2024", "25/04/2024"])).ambiguous is None
    assert to_times(pa.array(["2024-03-31 02:30"]), "Europe/Berlin").bad.tolist() == [False]  # an hour clocks skip
    with pytest.raises(InputError, match="no time zone 'Mars'"):
        to_times(pa.array(["2024-01-01"]), "Mars")


@given(st.lists(st.datetimes(datetime(1995, 1, 1), datetime(2035, 1, 1)), min_size=1))  # noqa: DTZ001
def test_times_survive_being_written(moments):
    found = to_times(pa.array([moment.isoformat() for moment in moments]))
    assert found.values.tolist() == moments


def test_text():
    assert to_text(pa.array([" a ", "", "NaN", None, "NA"])).to_pylist() == ["a", None, None, None, "NA"]
    assert to_text(pa.array([17850.0, None])).to_pylist() == ["17850", None]
    assert to_text(pa.array([1.5, 2.0])).to_pylist() == ["1.5", "2"]
    assert to_text(pa.array(["x", "y"]).dictionary_encode()).to_pylist() == ["x", "y"]
    with pytest.raises(InputError, match="bytes can only be mapped to `images`"):
        to_text(pa.array([b"x"]))
    with pytest.raises(InputError, match="text is needed"):
        to_text(pa.array([[1]]))
