"""The draft of a board on screen: what was edited, undo and redo, publish and discard; kept on disk per draft id.

The id stands in the address and in the session, the edits in the shop's folder: neither a page change, a lost session
nor a restart loses them.
"""

from datetime import datetime

import streamlit as st

from recsys.errors import InputError
from recsys.workflows.drafts import (
    Draft,
    change_draft,
    delete_draft,
    edit_draft,
    is_draft_id,
    list_drafts,
    new_draft_id,
    read_draft,
    step_draft,
)
from recsys.workflows.edits import Edit, EditKind, Edits
from ui import data, state
from ui.board import read_action
from ui.shelf_publish import publish_dialog
from ui.text import safe_text
from ui.wording import mark, t, tn

BOARD = "board"
HINT = mark("Drag a product to a place, pin it or hide it. Nobody else sees edits before you publish.")
KEYS = mark(
    "On a focused card: Alt and an arrow moves it, P pins it, H hides it, a digit asks for its place, Enter says why "
    "it is there. Ctrl+Z undoes, Ctrl+Shift+Z does again."
)


def open_draft() -> Draft | None:
    """Return the draft in the address or session; None where there is none. Says when another tab changed it."""
    asked = st.query_params.get(state.DRAFT_ID) or st.session_state.get(state.DRAFT_ID)
    if not is_draft_id(asked):
        follow(None)
        return None
    try:
        draft = read_draft(data.shop_paths(), str(asked))
    except InputError as error:
        follow(None)
        st.warning(safe_text(error, 400), icon=":material/edit_off:")
        return None
    seen_id, seen_version = st.session_state.get(state.DRAFT_SEEN, (None, 0))
    if seen_id == draft.draft_id and seen_version != draft.version:
        st.toast(t("This draft was changed in another tab. You see it as it is now."), icon=":material/sync:")
    follow(draft)
    return draft


def follow(draft: Draft | None) -> None:
    """Keep session and address on a draft; None leaves it."""
    if draft is None:
        st.query_params.pop(state.DRAFT_ID, None)
        st.session_state.pop(state.DRAFT_ID, None)
        st.session_state.pop(state.DRAFT_SEEN, None)
        return
    st.session_state[state.DRAFT_ID] = draft.draft_id
    st.session_state[state.DRAFT_SEEN] = (draft.draft_id, draft.version)
    if st.query_params.get(state.DRAFT_ID) != draft.draft_id:
        st.query_params[state.DRAFT_ID] = draft.draft_id


def leave() -> None:
    """Work without a draft from here on."""
    follow(None)


# ------------------------------------------------------------- what a person does


def remember_click() -> None:
    """Callback of the board: open the drawer of a product, or do an edit."""
    clicked = read_action(BOARD)
    if clicked is None:
        return
    if clicked.type == "why":
        st.session_state[state.WHY] = clicked.id
    elif clicked.type in ("undo", "redo"):
        step(-1 if clicked.type == "undo" else 1)
    elif clicked.type in set(EditKind):
        do(Edit(EditKind(clicked.type), clicked.id, clicked.place), clicked.order)


def do(deed: Edit, order: tuple[str, ...] = ()) -> None:
    """Do one edit to the draft as it stands on disk, over somebody else's edits; inside a callback only."""
    asked = st.session_state.get(state.DRAFT_ID)
    draft_id = str(asked) if is_draft_id(asked) else new_draft_id()
    _, seen = st.session_state.get(state.DRAFT_SEEN, (None, 0))
    draft = edit_draft(data.shop_paths(), draft_id, deed, order)
    if draft.version > seen + 1:
        st.toast(
            t("Somebody else changed this draft too. Your edit was added to theirs; undo takes back yours first."),
            icon=":material/group:",
        )
    st.session_state[state.BOARD_SAID] = _say(deed)
    follow(draft)


def step(by: int) -> None:
    """Undo (−1) or redo (+1); refused, and said, where another tab changed the draft in between."""
    draft_id, seen = st.session_state.get(state.DRAFT_SEEN, (None, 0))
    if draft_id is None:
        return
    draft, done = step_draft(data.shop_paths(), draft_id, by, seen)
    follow(draft)
    if done:
        st.session_state[state.BOARD_SAID] = t("Undone.") if by < 0 else t("Done again.")
    else:
        st.toast(t("Another tab changed this draft first. Look at it, then undo again."), icon=":material/sync:")


def discard() -> None:
    """Take every edit back; undo brings them again."""
    draft_id, _ = st.session_state.get(state.DRAFT_SEEN, (None, 0))
    if draft_id is not None:
        follow(change_draft(data.shop_paths(), draft_id, lambda draft: draft.push(Edits())))


def _say(deed: Edit) -> str:
    """What a screen reader hears of an edit."""
    return {
        EditKind.MOVE: t("Pinned at place {place}.", place=deed.place),
        EditKind.PIN: t("Pinned."),
        EditKind.UNPIN: t("Not pinned any more."),
        EditKind.HIDE: t("Hidden."),
        EditKind.SHOW: t("Shown again."),
        EditKind.CLEAR: "",
    }[deed.kind]


# ------------------------------------------------------------- what is drawn


def edit_bar(draft: Draft | None, hidden: tuple[tuple[str, str], ...], rules_version: int) -> None:
    """Draw how many edits wait, and what can be done with them."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="edit_bar"):
        n = 0 if draft is None else len(draft.edits)
        if n:
            st.markdown(
                f":violet-badge[:material/edit: {tn('{n} edit, not published', '{n} edits, not published', n)}]"
            )
        else:
            st.markdown(f":gray[:small[{t(HINT)}]]", help=t(KEYS))
        st.space("stretch")
        _hidden_popover(hidden)
        st.button(
            t("Undo"), icon=":material/undo:", type="tertiary", key="draft_undo", on_click=step, args=(-1,),
            disabled=draft is None or not draft.can_undo, help=t("Ctrl+Z on a card"),
        )  # fmt: skip
        st.button(
            t("Redo"), icon=":material/redo:", type="tertiary", key="draft_redo", on_click=step, args=(1,),
            disabled=draft is None or not draft.can_redo, help=t("Ctrl+Shift+Z on a card"),
        )  # fmt: skip
        if draft is not None and n:
            st.button(
                t("Discard"), type="tertiary", icon=":material/delete_sweep:", key="draft_discard", on_click=discard
            )
            if st.button(t("Publish"), type="primary", icon=":material/publish:", key="draft_publish"):
                publish_dialog(draft, rules_version, leave)
        else:
            _resume_popover(draft)


def _hidden_popover(hidden: tuple[tuple[str, str], ...]) -> None:
    """List hidden products, each with a way back."""
    if not hidden:
        return
    with st.popover(tn("{n} hidden", "{n} hidden", len(hidden)), icon=":material/visibility_off:", type="tertiary"):
        for item_id, title in hidden:
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.markdown(safe_text(title, 60))
                st.button(
                    t("Show"), key=f"show_{item_id}", type="tertiary", on_click=do, args=(Edit(EditKind.SHOW, item_id),)
                )


def _resume_popover(current: Draft | None) -> None:
    """Offer drafts that were left behind."""
    left = [d for d in list_drafts(data.shop_paths()) if current is None or d.draft_id != current.draft_id]
    if not left:
        return
    with st.popover(tn("{n} draft", "{n} drafts", len(left)), icon=":material/history_edu:", type="tertiary"):
        for draft in left:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                n = len(draft.edits)
                changed = datetime.fromisoformat(draft.changed_at).strftime("%d %b, %H:%M")
                st.markdown(f"{tn('{n} edit', '{n} edits', n)} :gray[:small[{changed} UTC]]", width=190)
                st.button(t("Open"), key=f"open_{draft.draft_id}", type="tertiary", on_click=follow, args=(draft,))
                st.button(t("Delete"), key=f"drop_{draft.draft_id}", type="tertiary", on_click=_drop, args=(draft,))


def _drop(draft: Draft) -> None:
    """Delete a draft that was left behind."""
    delete_draft(data.shop_paths(), draft.draft_id)
