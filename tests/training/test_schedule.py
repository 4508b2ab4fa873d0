"""The schedule: off by default, kept over restarts, one turn per time, missed times told."""

from datetime import UTC, datetime, timedelta

import pytest

from recsys.errors import InputError
from recsys.training.schedule import (
    Outcome,
    Schedule,
    Turn,
    next_time,
    read_schedule,
    record_turn,
    save_schedule,
    take_turn,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday


def test_it_is_off_until_somebody_turns_it_on(empty_shop):
    assert not read_schedule(empty_shop).enabled
    assert take_turn(empty_shop, NOW) is None and not empty_shop.schedule.exists()


def test_a_turn_comes_once_and_the_next_time_is_kept(empty_shop):
    saved = save_schedule(empty_shop, Schedule(enabled=True, hour=3), now=NOW)
    assert saved.next_time == datetime(2026, 11, 24, 3, tzinfo=UTC)
    due = saved.next_time + timedelta(seconds=2)
    assert take_turn(empty_shop, due - timedelta(seconds=3)) is None
    assert take_turn(empty_shop, due) is not None
    assert take_turn(empty_shop, due) is None  # once
    assert read_schedule(empty_shop).next_time == datetime(2026, 11, 25, 3, tzinfo=UTC)


def test_a_time_that_passed_while_nothing_ran_is_made_up_for_or_missed(empty_shop):
    due = save_schedule(empty_shop, Schedule(enabled=True, hour=3), now=NOW).next_time
    assert take_turn(empty_shop, due + timedelta(hours=2)) is not None
    due = read_schedule(empty_shop).next_time
    assert take_turn(empty_shop, due + timedelta(hours=9)) is None
    (turn,) = read_schedule(empty_shop).turns
    assert turn.outcome is Outcome.MISSED and "was not running" in turn.reason


@pytest.mark.parametrize(
    ("zone", "expected"), [("UTC", "03:00"), ("Asia/Shanghai", "19:00"), ("America/New_York", "08:00")]
)
def test_the_time_is_of_the_zone_it_was_set_in(zone, expected):
    assert f"{next_time(Schedule(hour=3, timezone=zone), NOW):%H:%M}" == expected


def test_clock_changes_keep_the_time_of_day():
    berlin = Schedule(hour=3, minute=30, timezone="Europe/Berlin")
    winter = next_time(berlin, datetime(2027, 3, 27, 0, tzinfo=UTC))  # the night before the clocks go forward
    summer = next_time(berlin, datetime(2027, 3, 28, 2, tzinfo=UTC))
    assert (winter.hour, summer.hour) == (2, 1)


def test_two_tabs_do_not_overwrite_each_other(empty_shop):
    seen = read_schedule(empty_shop).version
    save_schedule(empty_shop, Schedule(enabled=True), expected_version=seen)
    with pytest.raises(InputError, match="in the meantime"):
        save_schedule(empty_shop, Schedule(enabled=False), expected_version=seen)
    assert read_schedule(empty_shop).enabled


def test_turns_are_kept_newest_first_and_survive_a_change(empty_shop):
    for k in range(60):
        record_turn(empty_shop, Turn(f"t{k}", Outcome.SKIPPED, reason="The data did not change."))
    turns = save_schedule(empty_shop, Schedule()).turns
    assert len(turns) == 50 and turns[0].at == "t59"
    assert read_schedule(empty_shop).turns == turns


@pytest.mark.parametrize(
    "wrong", [{"every": "hour"}, {"weekday": "x"}, {"hour": 24}, {"minute": -1}, {"timezone": "../etc/passwd"}]
)
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(InputError, match="A schedule is every day or week"):
        Schedule(**wrong)


def test_a_damaged_file_is_told(empty_shop):
    empty_shop.root.mkdir()
    empty_shop.schedule.write_text('{"enabled": tr')
    with pytest.raises(InputError, match="is damaged"):
        read_schedule(empty_shop)
