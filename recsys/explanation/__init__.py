"""Why an item stands where it stands: the sum term by term, SHAP of the response term, evidence, sentences. No I/O."""

from recsys.explanation.answer import PairExplanation
from recsys.explanation.pair import explain_pair

__all__ = ["PairExplanation", "explain_pair"]
