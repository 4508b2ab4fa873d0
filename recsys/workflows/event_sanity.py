"""What in a shop's events cannot be right: facts from the store, judged by the doctor."""

from datetime import UTC, datetime

from recsys.doctor.events import EventReport, judge_events
from recsys.store import Store


def check_events(store: Store, now: datetime | None = None) -> EventReport:
    """Judge everything stored.

    Parameters
    ----------
    store
        The open store.
    now
        What counts as future lies after it; None takes the clock.
    """
    return judge_events(store.event_facts(now or datetime.now(UTC)))
