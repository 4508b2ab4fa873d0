"""The one place where an error becomes a message on screen."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from recsys.errors import CancelledError, StoreLockedError, VitrineError
from ui.text import safe_text
from ui.wording import t

_log = logging.getLogger("vitrine")


def report(error: Exception) -> bool:
    """Show an error to the person and, when it is not one of ours, log it under a short reference.

    Parameters
    ----------
    error
        What a page, a fragment or a callback raised.

    Returns
    -------
    bool
        Always True: the message shown here replaces Streamlit's own.
    """
    if isinstance(error, CancelledError):
        st.info(safe_text(error, 600), icon=":material/stop_circle:")
    elif isinstance(error, StoreLockedError):
        st.warning(safe_text(error, 600), icon=":material/lock:")
        st.button(t("Try again"), icon=":material/refresh:", key=f"retry_{secrets.token_hex(4)}")
    elif isinstance(error, VitrineError):
        st.error(safe_text(error, 600), icon=":material/error:")
    else:
        reference = secrets.token_hex(4)
        _log.error("reference %s", reference, exc_info=error)
        st.error(
            t(
                "Something went wrong and nothing was saved. Reference {reference}; the server's log has the details.",
                reference=reference,
            ),
            icon=":material/error:",
        )
    return True


@contextmanager
def shown() -> Iterator[None]:
    """Turn our own errors raised inside into a message; everything else travels on to `report` through the server."""
    try:
        yield
    except VitrineError as error:
        report(error)
