"""Mapping on screen: which saved mapping to start from, how cells are read, which column means what."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from recsys.errors import InputError
from recsys.ingest.mapping import CANONICAL, REQUIRED, ColumnMapping, ImportOptions, Kind, load_mapping
from recsys.ingest.tables import RawTable
from recsys.vocabulary import Columns, EventType
from recsys.workflows.uploads import suggest_columns, suggest_mapping, to_template
from ui import data, upload_data
from ui.errors import shown
from ui.text import plain_text
from ui.wording import mark, t

GUESS = mark("Guessed by name")
LEFT = mark("As you left it")
NOT_THERE = ""
"""Choice of a column that the file does not have."""
COLUMN_NAMES = {
    Columns.ITEM: mark("Product id"),
    Columns.TITLE: mark("Title"),
    Columns.DESCRIPTION: mark("Description"),
    Columns.CATEGORY: mark("Category"),
    Columns.BRAND: mark("Brand"),
    Columns.PRICE: mark("Price"),
    Columns.CURRENCY: mark("Currency"),
    Columns.ATTRIBUTES: mark("Attributes"),
    Columns.LAUNCHED_AT: mark("Launched"),
    Columns.STOCK: mark("Stock"),
    Columns.MARGIN: mark("Margin"),
    Columns.IMAGES: mark("Pictures"),
    Columns.EVENT: mark("Event id"),
    Columns.EVENT_TYPE: mark("Event type"),
    Columns.USER: mark("Shopper id"),
    Columns.OCCURRED_AT: mark("Time"),
    Columns.QUANTITY: mark("Quantity"),
    Columns.VALUE: mark("Value"),
    Columns.RATING: mark("Rating"),
    Columns.TEXT: mark("Text"),
    Columns.POSITION: mark("Position"),
    Columns.REQUEST: mark("Request id"),
    Columns.PLACEMENT: mark("Placement"),
}
"""Canonical column to its name on screen."""
_SEVERAL = frozenset({Columns.CATEGORY})


def reading_options(
    kind: Kind, token: str, path: Path, draft: Mapping[str, Any]
) -> tuple[dict[str, Any], ColumnMapping]:
    """Draw the mapping to start from and how cells are read; return options and that mapping.

    Parameters
    ----------
    kind
        `catalogue` or `events`.
    token
        Names the file in session keys.
    path
        The file; a saved mapping that reads only columns it has is chosen at first.
    draft
        What was chosen for this file before the session was lost, if anything.
    """
    saved = data.open_store().mappings(kind)
    key = f"saved:{kind}:{token}"
    kept = f"kept:{kind}:{token}"
    if key not in st.session_state:
        st.session_state[kept] = draft.get("mapping")
    left: str | None = st.session_state.get(kept)
    offered = ([LEFT] if left else []) + [GUESS, *saved]
    fitting = _fitting(kind, path, saved)
    first = LEFT if left else fitting or GUESS
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.selectbox(
            t("Mapping"),
            offered,
            offered.index(first),
            format_func=lambda n: t(n) if n in (GUESS, LEFT) else plain_text(n),
            key=key,
            width=240,
            help=t("A mapping says which column of the file means what. Saved ones are offered here."),
        )
        template = ColumnMapping()
        if name == LEFT and left:
            template = load_mapping(left, kind)
        elif name in saved:
            template = load_mapping(saved[name], kind)
        with st.popover(t("How to read it"), icon=":material/tune:"):
            options = _option_inputs(kind, f"{kind}:{token}:{name}", template)
        if fitting and name == fitting:
            st.markdown(f":green-badge[:material/check: {t('every column of it is in this file')}]", width="content")
    return options, template


def _fitting(kind: Kind, path: Path, saved: Mapping[str, str]) -> str | None:
    """The saved mapping that fits a file as it is read without being told how."""
    if not saved:
        return None
    try:
        names = upload_data.read_upload(path, (None, None, None)).table.column_names
    except InputError:
        return None  # it has to be told how to read it, or cannot be read: the flow says so
    return suggest_mapping(names, saved, kind)


def template_menu(kind: Kind, mapping: ColumnMapping) -> None:
    """Draw saving this mapping under a name, and renaming and deleting saved ones.

    Parameters
    ----------
    kind
        `catalogue` or `events`.
    mapping
        As it is on screen; corrections of single cells are not saved.
    """
    with st.popover(t("Save mapping"), icon=":material/bookmark_add:"):
        name = st.text_input(t("Name"), key=f"save_name:{kind}", max_chars=60, placeholder=t("Monthly export"))
        if st.button(t("Save"), key=f"save:{kind}", disabled=not name.strip()):
            with shown():
                data.open_store().save_mapping(kind, name.strip(), to_template(mapping).to_json())
                st.toast(t("Mapping saved"), icon=":material/bookmark_added:")
        saved = list(data.open_store().mappings(kind))
        if saved:
            _saved_mappings(kind, saved)


def _saved_mappings(kind: Kind, saved: list[str]) -> None:
    """Draw renaming and deleting."""
    chosen = st.selectbox(
        t("Saved mappings"), saved, None, format_func=plain_text, key=f"manage:{kind}", placeholder=t("Choose one")
    )
    if chosen is None:
        return
    new = st.text_input(t("New name"), chosen, key=f"rename_to:{kind}:{chosen}", max_chars=60)
    with st.container(horizontal=True):
        renamed = st.button(
            t("Rename"), key=f"rename:{kind}", disabled=not new.strip() or new.strip() == chosen, icon=":material/edit:"
        )
        deleted = st.button(t("Delete"), key=f"delete:{kind}", icon=":material/delete:")
    with shown():
        if renamed:
            data.open_store().rename_mapping(kind, chosen, new.strip())
            st.rerun()
        if deleted:
            data.open_store().delete_mapping(kind, chosen)
            st.rerun()


def _option_inputs(kind: Kind, key: str, template: ColumnMapping) -> dict[str, Any]:
    """Draw what cannot always be found out from the file; the first choice of each is to find out."""
    own = template.options
    delimiters, decimals = [None, ",", ";", "\t", "|"], [None, ".", ","]
    encodings = [None, "utf-8", "utf-16", "cp1252", "latin-1"]
    found: dict[str, Any] = {
        "delimiter": _option(
            own, "delimiter", key, t("Between cells"), delimiters, {"\t": t("Tab")}, t("Text files only.")
        ),
        "encoding": _option(own, "encoding", key, t("Encoding"), encodings, help=t("Try cp1252 when ä looks wrong.")),
        "decimal": _option(
            own, "decimal", key, t("Decimal sign"), decimals, help=t("In prices and quantities: 12.50 or 12,50.")
        ),
        "dayfirst": _option(
            own,
            "dayfirst",
            key,
            t("Dates such as 03/04/2026"),
            [None, True, False],
            {True: t("Day first"), False: t("Month first")},
        ),
        "sheet": st.text_input(
            t("Sheet"), own.sheet or "", key=f"sheet:{key}", help=t("Name of the sheet in an Excel file.")
        ),
    }
    found |= _catalogue_inputs(own, key) if kind == "catalogue" else _event_inputs(own, key)
    found["skip_invalid"] = st.toggle(
        t("Leave out rows with errors"),
        own.skip_invalid,
        key=f"skip:{key}",
        help=t("Instead of refusing the whole file."),
    )
    return found


def _option(
    own: ImportOptions,
    name: str,
    key: str,
    label: str,
    options: list[Any],
    words: Mapping[Any, str] | None = None,
    help: str | None = None,
) -> Any:
    """Draw one option as a choice; None among them is to find out."""
    value, said = getattr(own, name), {None: t("Find out"), **(words or {})}
    index = options.index(value) if value in options else 0
    return st.selectbox(
        label, options, index, format_func=lambda o: said.get(o, str(o)), key=f"{name}:{key}", help=help
    )


def _catalogue_inputs(own: ImportOptions, key: str) -> dict[str, Any]:
    """Draw the options that only product files have."""
    return {
        "currency": st.text_input(
            t("Currency"),
            own.currency or "",
            key=f"currency:{key}",
            max_chars=3,
            help=t("For prices without one, e.g. EUR."),
        ),
        "category_separator": st.text_input(
            t("Between category levels"),
            own.category_separator or "",
            key=f"separator:{key}",
            help=t("For example > or /."),
        ),
    }


def _event_inputs(own: ImportOptions, key: str) -> dict[str, Any]:
    """Draw the options that only event files have."""
    types = [None, *map(str, EventType)]
    return {
        "event_type": _option(own, "event_type", key, t("All rows are"), types, {None: t("As the file says")}),
        "timezone": st.text_input(
            t("Time zone"),
            own.timezone or "",
            key=f"timezone:{key}",
            help=t("Of times without one, e.g. Europe/Berlin."),
        ),
    }


def mapping_grid(kind: Kind, token: str, raw: RawTable, template: ColumnMapping) -> dict[str, tuple[str, ...]]:
    """Draw one choice per canonical column, filled with the template or a guess; return what is chosen."""
    names = list(raw.table.column_names)
    suggested = suggest_columns(raw, kind, template.columns)
    chosen: dict[str, tuple[str, ...]] = {}
    saved = st.session_state.get(f"saved:{kind}:{token}", GUESS)
    box = st.expander(t("Which column means what"), expanded=True, icon=":material/view_column:", key=f"columns:{kind}")
    with box, st.grid(4, min_column_width=190, gap="small"):
        for canonical in CANONICAL[kind]:
            key = f"map:{kind}:{token}:{saved}:{canonical}"
            label = t(COLUMN_NAMES[canonical]) + (" *" if canonical in REQUIRED[kind] else "")
            chosen[canonical] = _choose_columns(label, canonical, names, suggested.get(canonical, ()), key)
    return chosen


def _choose_columns(label: str, canonical: str, names: list[str], used: tuple[str, ...], key: str) -> tuple[str, ...]:
    """One choice; several columns may make up a category path."""
    if canonical in _SEVERAL:
        return tuple(
            st.multiselect(
                label,
                names,
                list(used),
                format_func=plain_text,
                key=key,
                placeholder=t("Not in the file"),
                help=t("Top level first."),
            )
        )
    options = [NOT_THERE, *names]
    name = st.selectbox(
        label,
        options,
        options.index(used[0]) if used else 0,
        format_func=lambda n: plain_text(n) if n != NOT_THERE else t("Not in the file"),
        key=key,
    )
    return (name,) if name != NOT_THERE else ()
