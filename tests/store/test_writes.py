"""Items and events in, and exactly out again."""

import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recsys.errors import InputError
from recsys.store import Store
from tests.store.samples import ALL, NOON, add_events, add_items, dump


@pytest.fixture
def store(empty_shop):
    with Store.open(empty_shop) as opened:
        yield opened


def titles(store: Store) -> dict[str, str]:
    return dict(store.items(limit=100).frame[["item_id", "title"]].itertuples(index=False))


def test_items_are_added_changed_or_left(store):
    first = add_items(store, {"item_id": "a", "title": "A", "price": 1.0}, {"item_id": "b", "title": "B"}, sha256="1")
    assert (first.added, first.changed, first.unchanged, first.import_id) == (2, 0, 0, "catalogue-1")
    second = add_items(store, {"item_id": "a", "title": "A2", "price": 1.0}, {"item_id": "b", "title": "B"}, sha256="2")
    assert (second.added, second.changed, second.unchanged, second.import_id) == (0, 1, 1, "catalogue-2")
    assert titles(store) == {"a": "A2", "b": "B"}


def test_columns_a_file_does_not_have_keep_their_values(store):
    add_items(
        store, {"item_id": "a", "title": "A", "price": 1.0, "stock": 3, "attributes": '{"x": 1}', "images": ["p"]}
    )
    add_items(store, {"item_id": "a", "stock": None}, sha256="2", provided=frozenset({"item_id", "stock"}))
    row = store.item("a").iloc[0]
    assert (row["title"], row["price"], row["attributes"], list(row["images"])) == ("A", 1.0, '{"x": 1}', ["p"])
    assert row.isna()["stock"]


def test_an_empty_title_keeps_the_stored_one_or_becomes_the_id(store):
    add_items(store, {"item_id": "a", "title": "A"})
    add_items(store, {"item_id": "a", "title": None}, {"item_id": "b", "title": None}, sha256="2")
    assert titles(store) == {"a": "A", "b": "b"}


def test_the_same_input_again_is_not_even_noted(store):
    add_items(store, {"item_id": "a", "title": "A"})
    assert add_items(store, {"item_id": "a", "title": "A"}).import_id is None
    assert len(store.imports()) == 1


def test_rolling_back_restores_exactly(store):
    add_items(store, {"item_id": "a", "title": "A"}, sha256="1")
    before = dump(store, "imports", "shop")
    second = add_items(store, {"item_id": "a", "title": "A2"}, {"item_id": "b", "title": "B"}, sha256="2")
    store.rollback_import(second.import_id)
    assert dump(store, "imports", "shop") == before
    assert list(store.imports()["status"]) == ["rolled_back", "applied"]
    with pytest.raises(InputError, match="rolled back before"):
        store.rollback_import(second.import_id)


def test_rolling_back_an_older_import_leaves_what_later_ones_changed_or_stated(store):
    old = add_items(store, *({"item_id": i, "title": i.upper()} for i in "abc"), sha256="1")
    add_items(store, {"item_id": "a", "title": "A2"}, {"item_id": "b", "title": "B"}, sha256="2")
    store.rollback_import(old.import_id)
    assert titles(store) == {"a": "A2", "b": "B"}  # changed later; stated again later; c was only in the old file


def test_an_item_passes_on_through_several_claims(store):
    names = [add_items(store, {"item_id": "a", "title": "A"}, sha256=str(n)).import_id for n in range(3)]
    for position, name in enumerate(names):
        assert titles(store) == {"a": "A"}, position
        store.rollback_import(name)
    assert titles(store) == {}
    assert dump(store)["item_claims"] == []


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    imports=st.lists(
        st.dictionaries(st.sampled_from("abc"), st.sampled_from(["x", "y"]), min_size=1), min_size=1, max_size=4
    ),
    data=st.data(),
)
def test_the_catalogue_is_the_fold_of_the_applied_imports(store, imports, data):
    """Whatever is rolled back in whatever order, the newest applied statement about each item counts."""
    # every draw comes before the first write: an example that Hypothesis gives up half-way would leave its rows behind
    order = data.draw(st.permutations(range(len(imports))))
    undone = order[: data.draw(st.integers(0, len(imports)))]
    run = len(store.imports())
    names = [
        add_items(store, *({"item_id": i, "title": t} for i, t in rows.items()), sha256=f"{run}-{n}").import_id
        for n, rows in enumerate(imports)
    ]
    for number in undone:
        store.rollback_import(names[number])
    expected: dict[str, str] = {}
    for number, rows in enumerate(imports):
        expected |= rows if number not in undone else {}
    assert titles(store) == expected
    for number in order[len(undone) :]:
        store.rollback_import(names[number])
    assert dump(store)["item_versions"] == dump(store)["item_claims"] == []


def test_identical_lines_of_one_file_survive_and_the_file_twice_changes_nothing(store):
    add_items(store, {"item_id": "a", "title": "A"})
    rows = [{"value": 2.0}, {"value": 2.0}, {"value": 3.0}]
    assert add_events(store, *rows).added == 3
    before = dump(store)
    again = add_events(store, *reversed(rows))
    assert (again.added, again.unchanged, again.import_id) == (0, 3, None)
    assert {name: table for name, table in dump(store).items() if name != "shop"} == {
        name: table for name, table in before.items() if name != "shop"
    }


def test_overlapping_exports_agree_on_their_events(store):
    days = [{"occurred_at": NOON + timedelta(days=n)} for n in range(6)]
    assert add_events(store, *days[:4], sha256="1").added == 4
    second = add_events(store, *days[2:], sha256="2")
    assert (second.added, second.unchanged) == (2, 2)
    assert store.counts().n_events == 6


def test_rolling_back_events_keeps_those_a_later_import_repeats(store):
    days = [{"occurred_at": NOON + timedelta(days=n)} for n in range(6)]
    first = add_events(store, *days[:4], sha256="1").import_id
    second = add_events(store, *days[2:], sha256="2").import_id
    store.rollback_import(first)
    assert store.counts().n_events == 4
    store.rollback_import(second)
    assert store.counts().n_events == 0
    assert dump(store)["event_claims"] == []


def test_given_ids_decide_and_the_first_content_stays(store):
    add_events(store, {"event_id": "e1", "value": 1.0}, sha256="1")
    second = add_events(store, {"event_id": "e1", "value": 9.0}, {"event_id": "e2", "value": 2.0}, sha256="2")
    assert (second.added, second.unchanged) == (1, 1)
    assert sorted(store.user_events("u1")["value"]) == [1.0, 2.0]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.sampled_from("uv"), st.integers(0, 2), st.sampled_from([None, 1.0])), min_size=1, max_size=12
    ),
    data=st.data(),
)
def test_events_in_any_order_and_any_number_of_times_give_the_same_store(store, rows, data):
    full = [{"user_id": u, "occurred_at": NOON + timedelta(hours=h), "value": v} for u, h, v in rows]
    ids = []
    for order in (full, data.draw(st.permutations(full))):
        import_id = add_events(store, *order).import_id
        assert add_events(store, *order).import_id is None
        ids.append(sorted(row[0] for row in dump(store)["events"]))
        store.rollback_import(import_id)
    assert ids[0] == ids[1]
    assert len(ids[0]) == len(rows)


def test_an_exception_inside_a_transaction_leaves_nothing(store):
    before = dump(store)
    with pytest.raises(RuntimeError), store.transaction() as writer:
        writer.set_facts(name="half")
        raise RuntimeError("stop")
    assert dump(store) == before
    assert store.counts().name == "shop"


def test_threads_read_whole_states_while_one_writes(store):
    """Ten imports of five items each; no reader ever sees part of one, or another thread's rows."""
    wrong: list[str] = []
    done = threading.Event()

    def read(number: int) -> None:
        while not done.is_set():
            n_items = store.counts().n_items
            page = store.items("item", limit=3, offset=number)
            if n_items % 5 or len(page.frame) > 3 or page.total % 5:
                wrong.append(f"{n_items} items, page of {len(page.frame)}")
            if not set(store.users("u", 5).columns) >= {"user_id", "n_events"}:
                wrong.append("columns of another query")

    readers = [threading.Thread(target=read, args=(n,)) for n in range(3)]
    for thread in readers:
        thread.start()
    for batch in range(10):
        add_items(store, *({"item_id": f"item-{batch}-{n}", "title": "x"} for n in range(5)), sha256=str(batch))
    done.set()
    for thread in readers:
        thread.join()
    assert wrong == []
    assert store.counts().n_items == 50


def test_writers_queue(store):
    threads = [
        threading.Thread(target=add_items, args=(store, {"item_id": str(n), "title": "x"}), kwargs={"sha256": str(n)})
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.counts().n_items == 8
    assert sorted(store.imports()["import_id"]) == sorted(f"catalogue-{n}" for n in range(1, 9))


def test_hostile_text_is_only_text(store):
    payloads = ["'; DROP TABLE items; --", '" OR 1=1', "%", "_", "\\", "␀", "<script>", "{{x}}", "$1", "?"]
    add_items(store, *({"item_id": text, "title": text} for text in payloads), provided=ALL)
    add_events(store, *({"user_id": text, "item_id": text} for text in payloads))
    for text in payloads:
        assert text in set(store.items(text, limit=100).frame["item_id"])
        assert list(store.item(text)["title"]) == [text]
        assert text in set(store.users(text)["user_id"])
        assert len(store.user_events(text)) == 1
        assert store.items(category=text).total == 0
    assert store.counts().n_items == len(payloads)
