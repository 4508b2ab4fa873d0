"""The sum in words: one sentence a shopper may read, one an expert can check. Neither claims a cause."""

from collections.abc import Sequence

from recsys.explanation.answer import Term

MIN_SHARE = 0.15
"""A term is named to a shopper when it carries at least this share of all the terms that speak for the item."""
MAX_REASONS = 3


def find_reasons(terms: Sequence[Term]) -> list[tuple[Term, float]]:
    """Return the terms that speak for the item with their share of what speaks for it, strongest first.

    Parameters
    ----------
    terms
        All terms of the sum.

    Returns
    -------
    list of (Term, share)
        Shares in (0, 1] of the positive contributions; at most `MAX_REASONS`, each ≥ `MIN_SHARE` except that the
        strongest is always there. Empty when nothing speaks for the item.
    """
    speaking = sorted((t for t in terms if t.contribution > 0), key=lambda t: -t.contribution)
    total = sum(t.contribution for t in speaking)
    shares = [(t, t.contribution / total) for t in speaking]
    return [(t, share) for n, (t, share) in enumerate(shares[:MAX_REASONS]) if n == 0 or share >= MIN_SHARE]


def find_objection(terms: Sequence[Term]) -> Term | None:
    """Return the term that speaks most against the item if it weighs at least `MIN_SHARE` of all that is said."""
    worst = min(terms, key=lambda t: t.contribution, default=None)
    said = sum(abs(t.contribution) for t in terms)
    return worst if worst is not None and worst.contribution < 0 and -worst.contribution >= MIN_SHARE * said else None


def tell_shopper(title: str, terms: Sequence[Term]) -> str:
    """Return one plain sentence without a number: "Mug: reads like what she bought and sells well now".

    Parameters
    ----------
    title
        The item's title.
    terms
        All terms of the sum.
    """
    reasons = [t.phrase for t, _ in find_reasons(terms)]
    if not reasons:
        return f"{title}: nothing we know of this shopper speaks for it yet."
    return f"{title}: {_join(reasons)}."


def tell_variety(rank: int | None, sum_rank: int | None, because: str, by: str = "Variety") -> str:
    """Return how and why a step after the sum moved an item; empty when none did.

    Parameters
    ----------
    rank, sum_rank
        1-based places after and before the step.
    because
        The reason the step recorded.
    by
        Who moved it, to begin the sentence with.

    Examples
    --------
    >>> tell_variety(4, 12, "unlike everything above it")
    'Variety moved it up from place 12 to place 4: unlike everything above it.'
    """
    if not because or rank is None or sum_rank is None:
        return ""
    return f"{by} moved it {'up' if rank < sum_rank else 'down'} from place {sum_rank:,} to place {rank:,}: {because}."


def tell_expert(
    title: str, terms: Sequence[Term], score: float, rank: int | None, n_candidates: int, sum_rank: int | None = None
) -> str:
    """Return the sum as a checkable sentence: score, each term that counts with weight × z, the place.

    Parameters
    ----------
    title
        The item's title.
    terms
        All terms of the sum.
    score
        Σ of the contributions.
    rank, n_candidates
        1-based place, None when the item was left out, and how many were ranked.
    sum_rank
        1-based place by the score alone, said where it differs.
    """
    spoken = sorted((t for t in terms if t.contribution != 0), key=lambda t: -abs(t.contribution))
    parts = [f"{t.label} {_signed(t.contribution, 3)} ({t.weight:.2f} × z {_signed(t.z, 2)})" for t in spoken]
    silent = [t.label for t in terms if t.silent and t.weight > 0]
    place = f"rank {rank:,} of {n_candidates:,}" if rank is not None else "not ranked"
    if sum_rank is not None and sum_rank != rank:
        place += f", {sum_rank:,} by the score alone"
    told = " ".join(parts) if parts else "no term"
    unsaid = f"; silent for this shopper: {', '.join(silent)}" if silent else ""
    return f"{title}: score {_signed(score, 3)} = {told}; {place}{unsaid}."


def _signed(value: float, digits: int) -> str:
    """Return a number with its sign, the minus as a real minus."""
    return f"{value:+.{digits}f}".replace("-", "−")


def _join(parts: Sequence[str]) -> str:
    """Join with commas and "and"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
