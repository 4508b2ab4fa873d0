"""One place turns an error into words: ours as they are, others under a reference, without what they carried."""

from streamlit.testing.v1 import AppTest


def show(kind: str) -> None:
    from recsys.errors import CancelledError, InputError, StoreLockedError
    from ui.errors import report

    errors = {
        "input": InputError("Row 3 lacks an id: add one."),
        "locked": StoreLockedError("Another process owns the shop."),
        "cancelled": CancelledError("Stopped."),
        "other": ValueError("password=hunter2"),
    }
    assert report(errors[kind])


def run(kind: str) -> AppTest:
    return AppTest.from_function(show, args=(kind,)).run()


def test_our_errors_are_their_own_words():
    assert run("input").error[0].value == "Row 3 lacks an id: add one."
    assert run("cancelled").info[0].value == "Stopped."
    locked = run("locked")
    assert locked.warning[0].value == "Another process owns the shop."
    assert [b.label for b in locked.button] == ["Try again"]


def test_others_get_a_reference_and_keep_their_secrets(caplog):
    shown = run("other").error[0].value
    assert "nothing was saved. Reference" in shown and "hunter2" not in shown
    reference = shown.split("Reference ")[1].split(";")[0]
    assert any(reference in record.getMessage() for record in caplog.records)
