"""The gates of a run: what each asks, how it ended and why."""

from collections.abc import Sequence

import streamlit as st

from recsys.training.gates import GATES, Finding, Gated, failed, read_gates
from recsys.training.runs import RunRecord
from ui.components import heading
from ui.text import safe_text
from ui.wording import mark, t, tn

GATE_WORDS = {
    "recall": mark("Recall"),
    "new_items": mark("New products"),
    "finite": mark("Sound numbers"),
    "coverage": mark("Coverage"),
    "time": mark("Time"),
}
"""Key of `training.gates.GATES` -> its name on screen."""
_OUTCOMES = {
    Gated.PASSED: (":green-badge[:material/check: {word}]", mark("Passed")),
    Gated.FAILED: (":red-badge[:material/close: {word}]", mark("Failed")),
    Gated.NOT_CHECKED: (":gray-badge[:material/remove: {word}]", mark("Not checked")),
}


def gates_panel(record: RunRecord) -> None:
    """Draw every gate of a run, or say that it is older than the gates."""
    found = read_gates(record)
    heading(t("Gates"), t("a run that fails one does not go live by itself"))
    if not found:
        st.markdown(f":gray[{t('This run is older than the gates.')}]")
        return
    for finding in found:
        badge, word = _OUTCOMES[finding.outcome]
        label = t(GATE_WORDS[finding.name]) if finding.name in GATE_WORDS else safe_text(finding.name)
        asks = GATES[finding.name].asks if finding.name in GATES else None
        st.markdown(
            f"{badge.format(word=t(word))} **{label}** :gray[:small[{safe_text(finding.detail, 300)}]]", help=asks
        )


def say_gates(found: Sequence[Finding]) -> str:
    """Say the gates of a run in a cell: all passed, or which failed."""
    if not found:
        return "–"
    lost = failed(found)
    if not lost:
        return tn("{n} gate passed", "{n} gates passed", sum(f.outcome is Gated.PASSED for f in found))
    names = ", ".join(t(GATE_WORDS[f.name]) if f.name in GATE_WORDS else f.name for f in lost)
    return t("Failed: {gates}", gates=names)
