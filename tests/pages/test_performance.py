"""Performance: filters in the address, tiles with intervals, the choice of a product, honest empty states."""

from recsys.settings import ShopPaths
from tests.pages.conftest import OpenPage
from ui import state


def _tiles(at) -> dict[str, str]:
    return {m.label: m.value for m in at.metric}


def test_tiles_carry_their_interval_and_its_reading(open_page: OpenPage):
    at = open_page("performance")
    assert set(_tiles(at)) >= {
        "Click-through rate",
        "Add-to-cart rate",
        "Conversion per click",
        "Revenue per 1,000 impressions",
    }
    said = " ".join(m.value for m in at.markdown)
    assert said.count("95%: ") >= 4
    assert "change " in said
    assert "Simulated data" in said


def test_period_and_placement_change_what_is_counted(open_page: OpenPage):
    at = open_page("performance")
    long = _tiles(at)
    at.segmented_control(key="period").set_value("7").run()
    assert _tiles(at)["Click-through rate"] != long["Click-through rate"]
    at.segmented_control(key="period").set_value("28").run()
    placement = at.selectbox(key="placement")
    placement.set_value(placement.options[0]).run()
    assert not at.exception
    assert _tiles(at)["Click-through rate"] != long["Click-through rate"]


def test_a_strange_address_falls_back(open_page: OpenPage):
    at = open_page("performance", period="nonsense", warmth="boiling", placement="nowhere")
    assert not at.exception and not at.error
    assert at.segmented_control(key="period").value == "28"


def test_unknown_products_only(open_page: OpenPage):
    at = open_page("performance", warmth="cold")
    assert not at.exception
    assert at.segmented_control(key="warmth").value == "cold"  # as the address says
    assert any("Nothing was shown" in m.value for m in at.markdown)
    at.segmented_control(key="warmth").set_value("all").run()
    assert "Click-through rate" in _tiles(at)


def test_offline_figures_of_the_live_run_are_one_choice_away(open_page: OpenPage):
    at = open_page("performance")
    assert not any("on days it had not seen" in m.value for m in at.markdown)
    at.segmented_control(key=state.EVIDENCE).set_value("offline").run()
    assert not at.exception
    assert any("on days it had not seen" in m.value for m in at.markdown)
    columns = [list(d.value["Column"]) for d in at.dataframe if "Column" in d.value.columns]
    assert columns == [["All", "Discovery", "Cold among new", "Cold among all"]]
    assert any(m.value.startswith("**Beyond accuracy**") for m in at.markdown)
    assert any({"Coverage", "Gini", "Tail share", "Serendipity"} <= set(d.value.columns) for d in at.dataframe)


def test_a_shop_without_events_says_what_to_import(open_page: OpenPage, empty_shop: ShopPaths):
    at = open_page("performance", shop=empty_shop)
    assert any("import events" in c.value for c in at.code)


def _parts(at):
    return next(d.value for d in at.dataframe if "Part" in d.value.columns)


def test_figures_are_broken_down_by_what_the_address_says(open_page: OpenPage):
    at = open_page("performance", by="category")
    whole = _parts(at)
    assert whole["Part"].iloc[0] == "All" and len(whole) > 2
    assert whole["Shown"].iloc[1:].sum() == whole["Shown"].iloc[0]
    at.segmented_control(key=state.BREAKDOWN).set_value("segment").run()
    assert set(_parts(at)["Part"]) <= {"All", "New", "Returning", "Loyal"}
    assert _parts(at)["Shown"].iloc[1:].sum() == whole["Shown"].iloc[0]


def test_a_segment_narrows_everything_but_its_own_breakdown(open_page: OpenPage):
    at = open_page("performance", segment="returning", by="segment")
    parts = _parts(at).set_index("Part")["Shown"]
    assert parts["All"] == parts["Returning"] and len(parts) > 2


def test_nothing_to_compare_with_shows_no_change(open_page: OpenPage):
    at = open_page("performance", compare="none")
    assert not at.exception
    assert all(not m.delta for m in at.metric)
    assert "Nothing to compare with" in " ".join(_parts(at)["CTR against before"])


def test_another_figure_is_drawn_day_by_day(open_page: OpenPage):
    at = open_page("performance")
    at.segmented_control(key=state.DAILY_FIGURE).set_value("revenue_per_mille").run()
    assert not at.exception
    said = " ".join(m.value for m in at.markdown)
    assert "came from recommendations" in said
