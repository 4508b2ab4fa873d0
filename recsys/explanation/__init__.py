"""Why an item stands where it stands, or is not there: the sum term by term, SHAP, evidence, sentences. No I/O."""

from recsys.explanation.absence import Absence, explain_absence
from recsys.explanation.answer import PairExplanation
from recsys.explanation.pair import explain_pair

__all__ = ["Absence", "PairExplanation", "explain_absence", "explain_pair"]
