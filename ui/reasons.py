"""The reasons of one product in the list as sentences, strongest first."""

from collections.abc import Sequence

from recsys.explanation.answer import PairExplanation
from ui.wording import t


def say_reasons(explanation: PairExplanation) -> Sequence[tuple[str, str, float, float]]:
    """Return (name, sentence, share of what is said, contribution) of each term that counts, strongest first."""
    total = sum(abs(t.contribution) for t in explanation.terms)
    said = sorted((t for t in explanation.terms if t.contribution), key=lambda t: -abs(t.contribution))
    return [(t.name, _say_term(t.phrase, t.contribution), abs(t.contribution) / total, t.contribution) for t in said]


def _say_term(phrase: str, contribution: float) -> str:
    """A term as a sentence of its own; one that speaks against says so."""
    sentence = phrase[:1].upper() + phrase[1:]
    return sentence if contribution > 0 else t("Below average: {phrase}", phrase=phrase)
