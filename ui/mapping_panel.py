"""Mapping on screen: which saved mapping to start from, how cells are read, which column means what."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from recsys.ingest.mapping import CANONICAL, REQUIRED, ColumnMapping, Kind, load_mapping
from recsys.ingest.tables import RawTable
from recsys.vocabulary import Columns, EventType
from recsys.workflows.uploads import suggest_columns
from ui import data
from ui.text import plain_text

GUESS = "Guessed by name"
NOT_THERE = ""
"""Choice of a column that the file does not have."""
_SEVERAL = frozenset({Columns.CATEGORY})


def reading_options(kind: Kind, token: str) -> tuple[dict[str, Any], ColumnMapping]:
    """Draw the saved mapping to start from and how cells are read; return options and the saved mapping."""
    saved = data.open_store().mappings(kind)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.selectbox(
            "Mapping",
            [GUESS, *saved],
            format_func=plain_text,
            key=f"saved:{kind}:{token}",
            width=240,
            help="A mapping says which column of the file means what. Saved ones are offered here.",
        )
        template = load_mapping(saved[name], kind) if name in saved else ColumnMapping()
        with st.popover("How to read it", icon=":material/tune:"):
            options = _option_inputs(kind, f"{kind}:{token}:{name}", template)
    return options, template


def _option_inputs(kind: Kind, key: str, template: ColumnMapping) -> dict[str, Any]:
    """Draw what cannot always be found out from the file; the first choice of each is to find out."""
    own = template.options

    def choose(label: str, name: str, options: list[Any], words: Mapping[Any, str], help: str) -> Any:
        value = getattr(own, name)
        index = options.index(value) if value in options else 0
        shown_as = lambda o: words.get(o, "Find out" if o is None else str(o))  # noqa: E731
        return st.selectbox(label, options, index, format_func=shown_as, key=f"{name}:{key}", help=help)

    found: dict[str, Any] = {
        "delimiter": choose(
            "Between cells", "delimiter", [None, ",", ";", "\t", "|"], {"\t": "Tab"}, "Text files only."
        ),
        "encoding": choose(
            "Encoding", "encoding", [None, "utf-8", "utf-16", "cp1252", "latin-1"], {}, "Try cp1252 when ä looks wrong."
        ),
        "decimal": choose("Decimal sign", "decimal", [None, ".", ","], {}, "In prices and quantities: 12.50 or 12,50."),
        "dayfirst": choose(
            "Dates such as 03/04/2026", "dayfirst", [None, True, False], {True: "Day first", False: "Month first"}, ""
        ),
    }
    found["sheet"] = st.text_input(
        "Sheet", own.sheet or "", key=f"sheet:{key}", help="Name of the sheet in an Excel file."
    )
    if kind == "catalogue":
        found["currency"] = st.text_input(
            "Currency", own.currency or "", key=f"currency:{key}", max_chars=3, help="For prices without one, e.g. EUR."
        )
        found["category_separator"] = st.text_input(
            "Between category levels", own.category_separator or "", key=f"separator:{key}", help="For example > or /."
        )
    else:
        found["event_type"] = choose(
            "All rows are", "event_type", [None, *(str(t) for t in EventType)], {None: "As the file says"}, ""
        )
        found["timezone"] = st.text_input(
            "Time zone", own.timezone or "", key=f"timezone:{key}", help="Of times without one, e.g. Europe/Berlin."
        )
    found["skip_invalid"] = st.toggle(
        "Leave out rows with errors", own.skip_invalid, key=f"skip:{key}", help="Instead of refusing the whole file."
    )
    return found


def mapping_grid(kind: Kind, token: str, raw: RawTable, template: ColumnMapping) -> dict[str, tuple[str, ...]]:
    """Draw one choice per canonical column, filled with the template or a guess; return what is chosen."""
    names = list(raw.table.column_names)
    suggested = suggest_columns(raw, kind, template.columns)
    chosen: dict[str, tuple[str, ...]] = {}
    saved = st.session_state.get(f"saved:{kind}:{token}", GUESS)
    box = st.expander("Which column means what", expanded=True, icon=":material/view_column:", key=f"columns:{kind}")
    with box, st.grid(4, min_column_width=190, gap="small"):
        for canonical in CANONICAL[kind]:
            key = f"map:{kind}:{token}:{saved}:{canonical}"
            label = canonical.replace("_", " ") + (" *" if canonical in REQUIRED[kind] else "")
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
                placeholder="Not in the file",
                help="Top level first.",
            )
        )
    options = [NOT_THERE, *names]
    name = st.selectbox(
        label,
        options,
        options.index(used[0]) if used else 0,
        format_func=lambda n: plain_text(n) if n != NOT_THERE else "Not in the file",
        key=key,
    )
    return (name,) if name != NOT_THERE else ()
