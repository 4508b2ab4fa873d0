"""The Doctor page: before the first report, with one, dismissing and undoing, filters from the address, bad links."""

import pytest

from recsys.settings import ShopPaths
from recsys.workflows.doctor import examine_shop
from recsys.workflows.doctor_reports import REPORT_FILE, read_dismissed, read_report


@pytest.fixture(scope="module")
def examined(page_shop: ShopPaths) -> ShopPaths:
    """The shop of these tests, examined with two faults that every small shop has: thresholds at their lowest."""
    from recsys.doctor.config import DoctorConfig

    examine_shop(page_shop, config=DoctorConfig(price_z=0.5, price_ratio=1.05))
    return page_shop


def words(at) -> str:
    """Everything in Markdown on the page."""
    return "\n".join(str(part.value) for part in at.markdown)


def test_a_shop_without_a_report_offers_to_examine(open_page, copy_demo_shop):
    at = open_page("doctor", shop=copy_demo_shop("unexamined"))
    assert not at.exception
    assert "not examined yet" in words(at)
    assert at.button(key="examine").label == "Examine the catalogue"


def test_the_worst_finding_can_be_dismissed_and_taken_back(open_page, examined):
    report = read_report(examined)
    assert report is not None and len(report.findings)
    at = open_page("doctor")
    assert not at.exception
    at.button(key="doctor_dismiss").click().run()
    assert not at.exception
    assert list(read_dismissed(examined)) == [report.findings["key"].iloc[0]]
    at.button(key="doctor_undo").click().run()
    assert read_dismissed(examined) == {}


def test_dismissed_findings_are_listed_and_restored_from_their_own_view(open_page, examined):
    at = open_page("doctor")
    at.button(key="doctor_dismiss").click().run()
    at = open_page("doctor", doctor_state="dismissed")
    assert not at.exception
    at.button(key="doctor_restore").click().run()
    assert read_dismissed(examined) == {}


def test_filters_come_from_the_address_and_nonsense_falls_back(open_page, examined):
    at = open_page("doctor", doctor_check="duplicate", doctor_state="fixed", doctor_severity="nonsense")
    assert not at.exception
    assert at.session_state["doctor_severity"] == "all"
    at = open_page("doctor", doctor_q="no product is called so")
    assert not at.exception
    assert "No finding fits these filters" in words(at)


def test_a_damaged_report_is_told_and_can_be_replaced(open_page, examined):
    (examined.doctor / REPORT_FILE).write_text("{")
    at = open_page("doctor")
    assert "examine the catalogue again" in "\n".join(str(e.value) for e in at.error)
    assert at.button(key="examine")
    examine_shop(examined)
    assert read_report(examined) is not None
