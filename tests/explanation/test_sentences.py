"""What is said of a sum."""

from recsys.explanation.answer import Term
from recsys.explanation.sentences import find_objection, find_reasons, tell_expert, tell_shopper


def _term(name: str, contribution: float, *, weight: float = 0.5, silent: bool = False) -> Term:
    return Term(name, name.title(), f"has {name}", 1.0, contribution / weight, weight, contribution, silent)


def test_a_shopper_hears_the_strongest_reasons_first() -> None:
    terms = [_term("text", 0.3), _term("image", 0.6), _term("trend", 0.05), _term("fresh", -0.2)]
    assert tell_shopper("T-shirt", terms) == "T-shirt: has image and has text."


def test_reasons_are_shares_of_what_speaks_for_it() -> None:
    reasons = find_reasons([_term("text", 0.75), _term("image", 0.25), _term("fresh", -3.0)])
    assert [(t.name, share) for t, share in reasons] == [("text", 0.75), ("image", 0.25)]


def test_nothing_speaks_for_it() -> None:
    assert find_reasons([_term("text", -1.0)]) == []
    assert "nothing we know" in tell_shopper("Mug", [_term("text", -1.0)])


def test_the_strongest_objection_counts_only_when_it_weighs() -> None:
    assert find_objection([_term("text", 1.0), _term("image", -0.05)]) is None
    heavy = find_objection([_term("text", 1.0), _term("image", -0.5), _term("fresh", -0.3)])
    assert heavy is not None and heavy.name == "image"
    assert find_objection([]) is None


def test_an_expert_can_check_the_sum() -> None:
    terms = [_term("text", 0.5), _term("image", -0.25), _term("repeat", 0.0, silent=True)]
    said = tell_expert("T-shirt", terms, 0.25, 3, 1200)
    assert said == (
        "T-shirt: score +0.250 = Text +0.500 (0.50 × z +1.00) Image −0.250 (0.50 × z −0.50); "
        "rank 3 of 1,200; silent for this shopper: Repeat."
    )
    assert "not ranked" in tell_expert("Mug", terms, 0.25, None, 10)
