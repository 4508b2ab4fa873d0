"""View model of Today: live figures, new products, how fresh data and run are, and what needs a person, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recsys.data.catalogue import Catalogue
from recsys.workflows.findings import Finding
from recsys.workflows.performance import PerformanceView, main_currency
from recsys.workflows.today import Freshness, NewProducts
from ui.board import Card
from ui.components import initials, picture_url
from ui.finding_words import Alert, tell_finding
from ui.shelf import first_picture
from ui.text import plain_text
from ui.wording import t, tn

NEWEST = 14


@dataclass(frozen=True, eq=False)
class Overview:
    """What Today shows.

    Parameters
    ----------
    shop
        Its name.
    days
        Length of the period.
    performance
        Live figures of the period; None without events.
    new
        New products.
    fresh
        How far data and run reach.
    alerts
        Most pressing first.
    newest
        The products launched last, newest first.
    currency
        Of the amounts; None where the catalogue names none.
    """

    shop: str
    days: int
    performance: PerformanceView | None
    new: NewProducts
    fresh: Freshness
    alerts: tuple[Alert, ...]
    newest: tuple[Card, ...]
    currency: str | None

    @property
    def has_figures(self) -> bool:
        """Whether any list was shown in the period."""
        return self.performance is not None and self.performance.figures.impressions > 0


def build_overview(
    *,
    shop: str,
    days: int,
    catalogue: Catalogue,
    performance: PerformanceView | None,
    new: NewProducts,
    fresh: Freshness,
    findings: Sequence[Finding],
    shown_ids: frozenset[str],
) -> Overview:
    """Put the page's content into words; see `Overview` and `workflows.today` for what each part is."""
    currency = main_currency(catalogue)
    alerts = tuple(tell_finding(finding, currency, str(days)) for finding in findings)
    newest = () if fresh.data_to is None else _newest_cards(catalogue, fresh.data_to, shown_ids)
    return Overview(plain_text(shop, 60), days, performance, new, fresh, alerts, newest, currency)


def _newest_cards(catalogue: Catalogue, clock: pd.Timestamp, shown_ids: frozenset[str]) -> tuple[Card, ...]:
    """The products launched last before the clock, each with its age and whether a list has shown it."""
    end = np.datetime64(clock.tz_convert("UTC").tz_localize(None), "us")
    launched = np.flatnonzero(catalogue.launched_at <= end)
    order = launched[np.argsort(-catalogue.launched_at[launched].astype(np.int64), kind="stable")][:NEWEST]
    ages = ((end - catalogue.launched_at[order]) / np.timedelta64(1, "D")).astype(int)
    return tuple(_card(catalogue, int(i), int(age), shown_ids) for i, age in zip(order, ages, strict=True))


def _card(catalogue: Catalogue, number: int, age: int, shown_ids: frozenset[str]) -> Card:
    """One of the newest products."""
    item_id, title = str(catalogue.item_ids[number]), plain_text(catalogue.titles[number], 120)
    when = t("today") if age == 0 else tn("{n} day ago", "{n} days ago", age)
    seen = item_id in shown_ids
    spoken = t("{title}: launched {when}, shown in lists") if seen else t("{title}: launched {when}, in no list yet")
    return Card(
        id=item_id,
        title=title,
        sub=t("{age} d · shown", age=age) if seen else t("{age} d · unseen", age=age),
        picture=picture_url(first_picture(catalogue, number), 96),
        initials=initials(title),
        spoken=spoken.format(title=title, when=when),
    )
