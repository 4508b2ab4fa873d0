"""The form of one rule: its kind decides the fields; products are searched by title or chosen by what they are."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import streamlit as st

from recsys.data.catalogue import Catalogue
from recsys.errors import InputError
from recsys.fusion.scopes import SEGMENTS
from recsys.rules.kinds import NEEDS, GroupBy, RuleKind
from recsys.rules.rule import MAX_PLACE, MAX_STRENGTH, OWNER_LENGTH, REASON_LENGTH, Rule, RuleScope, Selection
from ui import picker, rule_data, rule_words, state
from ui.scope import SEGMENT_NAMES
from ui.text import plain_text, safe_text
from ui.wording import mark, t

PAGES = ("home", "product", "category", "cart", "search")
"""Pages offered; others can be typed, as the shop's events name them."""
PREFIX = "rule_form_"
MOST_PRODUCTS = 100
_PINS = (RuleKind.PIN, RuleKind.SOFT_PIN)
_NUMBERS = {"place": 1, "strength": 1.0, "limit": 2, "window": 12}
_PER = {"": mark("all of them together"), "brand": mark("per brand"), "category": mark("per category")}


def seed(rule: Rule | None) -> None:
    """Fill the form with a rule, or empty it; inside a callback only."""
    values: dict[str, Any] = {"kind": RuleKind.PIN, "items": [], "page": None, "market": "", "segment": ""}
    values |= {"category": None, "brand": None, "attribute": None, "per": "brand", "starts": None, "ends": None}
    values |= {"reason": "", **_NUMBERS}
    if rule is not None:
        chosen, scope = rule.selection, rule.scope
        values |= {"kind": rule.kind, "items": list(chosen.item_ids), "category": chosen.category or None}
        values |= {"brand": chosen.brand or None, "attribute": chosen.attribute or None}
        values |= {"page": scope.page or None, "segment": scope.segment, "market": scope.market}
        values |= {"per": str(rule.per or ""), "owner": rule.owner, "reason": rule.reason}
        values |= {name: getattr(rule, name) for name in NEEDS[rule.kind]}
        values["starts"] = None if rule.starts_at is None else rule.starts_at.date()
        values["ends"] = None if rule.ends_at is None else (rule.ends_at - timedelta(seconds=1)).date()
    for name, value in values.items():
        st.session_state[PREFIX + name] = value


def is_filled() -> bool:
    """Whether the form holds what `seed` put there; it is gone after a visit to another page."""
    return PREFIX + "kind" in st.session_state


def open_dialog(rule: Rule | None, rule_id: str, catalogue: Catalogue, keep: Callable[[Rule], None]) -> None:
    """Ask for one rule over the page and hand it to `keep`; nothing is live before the draft is published.

    Parameters
    ----------
    rule
        As it is; None for one that is not there yet.
    rule_id
        The id it has or shall have.
    catalogue
        Offers products, categories, brands and attributes.
    keep
        Puts the rule into the draft.
    """
    title = t("New rule") if rule is None else t("Rule")
    st.dialog(title, width="large", on_dismiss=close)(_ask)(rule, rule_id, catalogue, keep)


def close() -> None:
    """Ask no more."""
    st.session_state.pop(state.RULE_OPEN, None)


def _ask(rule: Rule | None, rule_id: str, catalogue: Catalogue, keep: Callable[[Rule], None]) -> None:
    """Draw the fields, and read them when the button is pressed."""
    kinds = list(rule_words.KINDS)
    kind = RuleKind(
        st.selectbox(t("What it does"), kinds, format_func=lambda k: t(rule_words.KINDS[k]), key=PREFIX + "kind")
        or RuleKind.PIN
    )
    st.markdown(f":gray[:small[{t(rule_words.KIND_HELP[kind])}]]")
    _ask_products(kind, catalogue)
    _ask_numbers(kind)
    _ask_scope()
    _ask_words()
    if st.button(t("Keep in the draft"), type="primary", icon=":material/check:", key="keep_rule"):
        try:
            kept = _read(rule, rule_id, kind)
        except InputError as error:
            st.error(safe_text(str(error).partition(": ")[2] or error, 400), icon=":material/error:")
            return
        keep(kept)
        close()
        st.rerun()


def _ask_products(kind: RuleKind, catalogue: Catalogue) -> None:
    """Products by search, and for kinds that take many also by what they are."""

    def pick() -> None:
        done = picker.read_pick(PREFIX + "picker")
        if done is not None:
            held = [i for i in st.session_state.get(PREFIX + "items", []) if i != done.id]
            limit = 1 if kind in _PINS else MOST_PRODUCTS
            st.session_state[PREFIX + "items"] = held if done.type == "remove" else [*held, done.id][-limit:]

    one = kind in _PINS
    label = t("Product") if one else t("Products, or choose by what they are")
    held = list(st.session_state.get(PREFIX + "items", []))
    picker.draw_picker(
        catalogue, held, key=PREFIX + "picker", label=label, limit=1 if one else MOST_PRODUCTS, on_pick=pick
    )
    unknown = [i for i in held if catalogue.numbers([i])[0] < 0]
    if unknown:
        shown = safe_text(", ".join(unknown[:5]), 120)
        st.markdown(f":orange[{t('Not in the catalogue: {ids}. The rule waits for them.', ids=shown)}]")
    if one:
        return
    categories, brands, attributes = rule_data.field_choices(catalogue)
    offered: Mapping[str, tuple[str, list[str]]] = {
        "category": (t("Category"), categories),
        "brand": (t("Brand"), brands),
        "attribute": (t("Attribute"), attributes),
    }
    with st.container(horizontal=True, gap="small"):
        for name, (text, options) in offered.items():
            chosen = st.session_state.get(PREFIX + name)
            extra = [chosen] if chosen and chosen not in options else []
            st.selectbox(
                text, [*extra, *options], index=None, placeholder=t("Any"), format_func=plain_text,
                key=PREFIX + name, accept_new_options=True,
            )  # fmt: skip


def _ask_numbers(kind: RuleKind) -> None:
    """The numbers of a kind."""
    for name in NEEDS[kind]:  # a field of a kind that was not chosen before starts at its usual value
        st.session_state.setdefault(PREFIX + name, _NUMBERS[name])
    if kind == RuleKind.CAP:
        with st.container(horizontal=True, gap="small"):
            st.number_input(t("At most"), 1, MAX_PLACE, step=1, key=PREFIX + "limit")
            st.selectbox(t("Counted"), list(_PER), format_func=lambda p: t(_PER[p]), key=PREFIX + "per")
            st.number_input(t("In the first"), 2, MAX_PLACE, step=1, key=PREFIX + "window")
    elif "place" in NEEDS[kind]:
        st.number_input(t("Place"), 1, MAX_PLACE, step=1, key=PREFIX + "place")
    elif "strength" in NEEDS[kind]:
        st.number_input(
            t("Strength"), 0.05, MAX_STRENGTH, step=0.05, format="%.2f", key=PREFIX + "strength",
            help=t("0.3 is a nudge, 1 is clear, 3 puts almost anything on top."),
        )  # fmt: skip


def _ask_scope() -> None:
    """Where and when it acts."""
    segments = {"": t("Everybody")} | {name: t(SEGMENT_NAMES[name]) for name in SEGMENTS}
    page = st.session_state.get(PREFIX + "page")
    pages = [*PAGES, *([page] if page and page not in PAGES else [])]
    with st.container(horizontal=True, gap="small"):
        st.selectbox(
            t("Page"), pages, index=None, placeholder=t("Every page"), key=PREFIX + "page", accept_new_options=True,
            help=t("Where the list stands, as the shop's events name it."),
        )  # fmt: skip
        st.selectbox(t("For whom"), list(segments), format_func=segments.__getitem__, key=PREFIX + "segment")
        st.text_input(t("Market"), max_chars=80, placeholder=t("Every market"), key=PREFIX + "market")
    with st.container(horizontal=True, gap="small"):
        st.date_input(t("First day"), value=None, key=PREFIX + "starts", help=t("UTC; empty: at once."))
        st.date_input(t("Last day"), value=None, key=PREFIX + "ends", help=t("UTC; empty: until it is removed."))


def _ask_words() -> None:
    """Who answers for it, and why."""
    with st.container(horizontal=True, gap="small"):
        st.text_input(t("Owner"), max_chars=OWNER_LENGTH, key=PREFIX + "owner", persist_state="session")
        st.text_input(t("Reason"), max_chars=REASON_LENGTH, key=PREFIX + "reason", placeholder=t("Spring campaign"))


def _read(before: Rule | None, rule_id: str, kind: RuleKind) -> Rule:
    """Build the rule the form says.

    Raises
    ------
    InputError
        If something does not fit.
    """
    said = {str(name).removeprefix(PREFIX): v for name, v in st.session_state.items() if str(name).startswith(PREFIX)}
    items = tuple(said.get("items", ()))
    named = {} if kind in _PINS else {n: str(said.get(n) or "").strip() for n in ("category", "brand", "attribute")}
    numbers: dict[str, Any] = {name: said.get(name) for name in NEEDS[kind]}
    per = GroupBy(said["per"]) if kind == RuleKind.CAP and said.get("per") else None
    return Rule(
        rule_id,
        kind,
        Selection(items[:1] if kind in _PINS else items, **named),
        owner=str(said.get("owner") or "").strip(),
        reason=str(said.get("reason") or "").strip(),
        scope=RuleScope(
            str(said.get("page") or "").strip(), str(said.get("segment") or ""), str(said.get("market") or "").strip()
        ),
        per=per,
        starts_at=_first_moment(said.get("starts"), before),
        ends_at=_end(said.get("ends"), before),
        **numbers,
    )


def _first_moment(chosen: date | None, before: Rule | None) -> datetime | None:
    """Start of a day, UTC; the hour a rule had stays where the day was not touched."""
    kept = None if before is None else before.starts_at
    if chosen is None or (kept is not None and kept.date() == chosen):
        return None if chosen is None else kept
    return datetime.combine(chosen, time(), UTC)


def _end(chosen: date | None, before: Rule | None) -> datetime | None:
    """End of a day, UTC; the hour a rule had stays where the day was not touched."""
    kept = None if before is None else before.ends_at
    if chosen is None or (kept is not None and (kept - timedelta(seconds=1)).date() == chosen):
        return None if chosen is None else kept
    return datetime.combine(chosen + timedelta(days=1), time(), UTC)
