"""Models: every switch between runs, asked first; comparison; notes; the card."""

from collections.abc import Callable
from dataclasses import replace
from shutil import copytree

import pytest
from streamlit.testing.v1 import AppTest

from recsys.settings import ShopPaths
from recsys.training.care import read_note
from recsys.training.decisions import list_decisions
from recsys.training.gates import Finding, Gated
from recsys.training.live import live_pointer, live_run_id, promote, serving_run, start_canary
from recsys.training.runs import finish_run, list_runs, load_model, show_run
from tests.pages.conftest import OpenPage
from ui.text import safe_text

OTHER = "20270101-000000-othr"


@pytest.fixture
def shop(copy_demo_shop: Callable[[str], ShopPaths]) -> ShopPaths:
    """The demo shop with a second run, which failed a gate."""
    paths = copy_demo_shop("models")
    live = str(live_run_id(paths))
    copytree(paths.runs / live, paths.runs / OTHER)
    (paths.runs / OTHER / "run.json").unlink()
    lost = Finding("recall", Gated.FAILED, 0.1, 0.2, "0.100 against 0.200 of the live run.").to_json()
    weights = dict(reversed(show_run(paths, live).weights.items()))
    finish_run(
        paths.runs / OTHER, replace(show_run(paths, live), run_id=OTHER, gates=(lost,), weights=weights, message="")
    )
    return paths


def button(at: AppTest, key: str):
    return next(b for b in at.button if b.key == key)


def ask(name: str, paths: ShopPaths, *args) -> AppTest:
    """Draw what a dialog of `ui.model_serving` holds: AppTest keeps no dialog open from one run to the next."""

    def script(name, root, args):
        from pathlib import Path

        from recsys.settings import ShopPaths
        from ui import model_serving

        getattr(model_serving, name)(ShopPaths(Path(root)), *args)

    return AppTest.from_function(script, kwargs={"name": name, "root": str(paths.root), "args": args}).run()


def test_a_run_that_failed_a_gate_needs_a_reason_which_is_kept(shop: ShopPaths):
    pointer = live_pointer(shop)
    at = ask("_confirm_promotion", shop, OTHER, ["recall"], pointer)
    assert "failed: Recall" in at.warning[0].value
    button(at, "confirm_promote").click().run()
    assert "needs a reason" in at.error[0].value and live_run_id(shop) == pointer["run_id"]
    at.text_input(key="promotion_reason").set_value("New season, old test days").run()
    button(at, "confirm_promote").click().run()
    assert not at.exception and live_run_id(shop) == OTHER
    newest = list_decisions(shop)[0]
    assert (newest.reason, newest.detail) == ("New season, old test days", "failed gates: recall")


def test_promotion_by_another_tab_in_between_is_told(shop: ShopPaths):
    pointer = live_pointer(shop)
    at = ask("_confirm_promotion", shop, OTHER, [], pointer)
    promote(shop, OTHER)
    button(at, "confirm_promote").click().run()
    assert "in the meantime" in at.error[0].value


def test_roll_back_asks_first(open_page: OpenPage, shop: ShopPaths):
    first = live_run_id(shop)
    promote(shop, OTHER)
    at = open_page("models", shop=shop)
    button(at, "roll_back").click().run()
    assert live_run_id(shop) == OTHER and any(b.key == "confirm_roll_back" for b in at.button)
    button(ask("_confirm_roll_back", shop, live_pointer(shop)), "confirm_roll_back").click().run()
    assert live_run_id(shop) == first


def test_a_canary_is_started_changed_ended_from_the_page(open_page: OpenPage, shop: ShopPaths):
    at = open_page("models", shop=shop, run=OTHER)
    button(at, "canary").click().run()
    assert live_pointer(shop)["canary"] is None and any(b.key == "confirm_canary" for b in at.button)
    at = ask("_confirm_canary", shop, OTHER, live_pointer(shop))
    at.slider(key="canary_share").set_value(25).run()
    at.text_input(key="canary_reason").set_value("A week in autumn").run()
    button(at, "confirm_canary").click().run()
    assert live_pointer(shop)["canary"]["share"] == 0.25 and list_decisions(shop)[0].reason == "A week in autumn"
    at = open_page("models", shop=shop)
    assert "25% of the shoppers" in " ".join(m.value for m in at.markdown)
    button(at, "change_canary").click().run()
    assert any(b.key == "confirm_canary" for b in at.button)
    button(at, "promote_canary").click().run()
    assert any(b.key == "confirm_promote" for b in at.button) and "failed: Recall" in at.warning[0].value
    button(at, "end_canary").click().run()
    assert live_pointer(shop)["canary"] is None and not at.exception


def test_the_list_of_a_shopper_comes_from_the_run_that_serves_her(
    open_page: OpenPage, shop: ShopPaths, monkeypatch: pytest.MonkeyPatch
):
    from recsys.training.live import serving_run
    from ui import data

    start_canary(shop, OTHER, 0.5)
    monkeypatch.setenv("VITRINE_SHOP", str(shop.root))
    served = {data.serving_model(f"S{k}").run_id for k in range(12)}
    assert served == {serving_run(live_pointer(shop), f"S{k}") for k in range(12)} == {OTHER, live_run_id(shop)}
    assert data.serving_model(None).run_id == live_run_id(shop)


def test_the_live_run_cannot_be_deleted_another_can(open_page: OpenPage, shop: ShopPaths):
    assert button(open_page("models", shop=shop), "delete_run").disabled
    at = open_page("models", shop=shop, run=OTHER)
    button(at, "delete_run").click().run()
    assert len(list_runs(shop)) == 2 and any(b.key == "confirm_delete" for b in at.button)
    at = ask("_confirm_deletion", shop, OTHER)
    button(at, "confirm_delete").click().run()
    assert [r.run_id for r in list_runs(shop)] == [live_run_id(shop)]
    at = open_page("models", shop=shop, run=OTHER, look="compare")  # a link to a run that is gone
    assert not at.exception and any("Only one run" in m.value for m in at.markdown)


def test_a_note_is_kept_and_shown_as_written(open_page: OpenPage, shop: ShopPaths):
    at = open_page("models", shop=shop, run=OTHER)
    at.text_area(key=f"note_{OTHER}").set_value("=SUM(A1) **bold** 🍂").run()
    button(at, "save_note").click().run()
    assert read_note(shop, OTHER) == "=SUM(A1) **bold** 🍂" and not at.exception
    table = next(d.value for d in at.dataframe if "Serves" in d.value.columns)
    assert table.set_index("Run").loc[OTHER, "Note"].lstrip("\u2060") == "=SUM(A1) **bold** 🍂"


def test_a_comparison_shows_figures_lists_and_what_stays(open_page: OpenPage, shop: ShopPaths):
    at = open_page("models", shop=shop, run=OTHER, look="compare")
    assert not at.exception and not at.error
    figures = next(d.value for d in at.dataframe if "Verdict" in d.value.columns)
    assert set(figures["Verdict"]) == {"not decided"} and len(figures) >= 4  # the same model, so no difference
    lists = next(d.value for d in at.dataframe if "Move" in d.value.columns)
    assert lists["First"].notna().sum() == 24 and set(lists["Move"]) <= {"="} | set(lists["Move"])
    assert any("paired" in m.value for m in at.markdown)


@pytest.mark.parametrize(
    "query", [{"run": "../../etc"}, {"look": "x", "against": "nobody"}, {"run": OTHER, "look": "decisions"}]
)
def test_nonsense_in_the_address_falls_back(open_page: OpenPage, shop: ShopPaths, query: dict[str, str]):
    at = open_page("models", shop=shop, **query)
    assert not at.exception and not at.error


def test_runs_carry_recall_with_its_interval_and_gates(open_page: OpenPage, shop: ShopPaths):
    table = next(d.value for d in open_page("models", shop=shop).dataframe if "Serves" in d.value.columns)
    rows = table.set_index("Run")
    assert " to " in rows["All"].iloc[0] and rows.loc[OTHER, "Gates"] == "Failed: Recall"
    assert rows.loc[live_run_id(shop), "Serves"] == "● Live"


@pytest.mark.parametrize("page", ["recommendations", "explain"])
def test_a_shopper_of_the_canary_sees_the_canarys_list(open_page: OpenPage, shop: ShopPaths, page: str):
    start_canary(shop, OTHER, 0.5)
    pointer = live_pointer(shop)
    served = {serving_run(pointer, user): user for user in map(str, load_model(shop).interactions.user_ids[:50])}
    of_canary = open_page(page, shop, shopper=served[OTHER])
    assert not of_canary.exception and any(
        safe_text(OTHER) in m.value and "Canary" in m.value for m in of_canary.markdown
    )
    of_live = open_page(page, shop, shopper=served[pointer["run_id"]])
    assert not of_live.exception and not any("Canary" in m.value for m in of_live.markdown)
