"""New items: the window in the address, fit, audience and exposure in the table, one item looked at closely."""

from collections.abc import Callable

from recsys.rules.book import read_rules
from recsys.settings import ShopPaths
from tests.pages.conftest import OpenPage


def _table(at):
    return next(d.value for d in at.dataframe if "fit" in d.value.columns)


def test_table_says_fit_audience_and_exposure(open_page: OpenPage):
    table = _table(open_page("new_items"))
    assert len(table) > 0
    assert table["fit"].notna().all()
    assert table["audience"].str.len().gt(0).all()
    assert (table["impressions"] >= table["clicks"]).all()


def test_fewer_days_show_fewer_products(open_page: OpenPage):
    wide, narrow = open_page("new_items", launched="60"), open_page("new_items", launched="10")
    assert len(_table(narrow)) < len(_table(wide))
    assert (_table(narrow)["days"] <= 10).all()


def test_cold_recall_stands_beside_it_with_its_interval(open_page: OpenPage):
    at = open_page("new_items")
    labels = [m.label for m in at.metric]
    assert "Cold among new" in labels and "Cold among all" in labels


def test_the_best_fit_is_looked_at_by_default(open_page: OpenPage):
    at = open_page("new_items")
    said = " ".join(m.value for m in at.markdown)
    assert "What speaks for it" in said and "Shoppers it suits best" in said
    assert "Simulated data" in said


def test_no_launch_in_the_window(open_page: OpenPage):
    at = open_page("new_items", launched="1")
    assert not at.exception


def test_only_unseen_ones(open_page: OpenPage):
    at = open_page("new_items", launched="60")
    at.toggle(key="unseen").set_value(True).run()
    assert not at.exception
    tables = [d.value for d in at.dataframe if "fit" in d.value.columns]
    assert all((table["impressions"] == 0).all() for table in tables)


def test_a_product_is_pinned_into_lists(open_page: OpenPage, copy_demo_shop: Callable[[str], ShopPaths]):
    shop = copy_demo_shop("pinned")
    at = open_page("new_items", shop=shop, launched="60")
    at.number_input(key="pin_place").set_value(2)
    at.text_input(key="pin_owner").set_value("Ana")
    at.button(key="pin_now").click().run()
    assert not at.exception and len(at.error) == 1 and len(read_rules(shop)) == 0  # no reason, no rule
    at.text_input(key="pin_reason").set_value("Launch week")
    at.button(key="pin_now").click().run()
    assert not at.exception and not at.error
    (rule,) = read_rules(shop).rules
    assert (rule.place, rule.owner, rule.reason) == (2, "Ana", "Launch week")
    assert any("Pinned at place 2" in m.value for m in at.markdown)
