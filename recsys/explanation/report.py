"""The evidence for one pair as one HTML file that needs nothing else: who, what, when, by what, and sums to check."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from recsys.explanation.answer import PairExplanation
from recsys.explanation.lime import SecondOpinion

SUM_TOLERANCE = 1e-6
"""By how much a sum shown may differ from its parts."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#10141d}"
    "h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #dfe3ea;overflow-wrap:anywhere}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
    "@media (prefers-color-scheme:dark){body{background:#12151c;color:#e7eaf1}th,td{border-color:#313846}}"
)


def write_report(
    told: PairExplanation, facts: Mapping[str, str], opinion: SecondOpinion | None = None, parts: Sequence[str] = ()
) -> str:
    """Return the evidence for one pair as an HTML page without a script, a link or anything to load.

    Parameters
    ----------
    told
        The explanation.
    facts
        What the reader needs to check it: run, time, rules version, filters. Every text is escaped.
    opinion
        LIME beside SHAP, where it was asked.
    parts
        Sentences on what of the picture and the text carried the match.

    Raises
    ------
    ValueError
        If a sum differs from its parts by more than `SUM_TOLERANCE`: such evidence must not leave the house.
    """
    _require_sum("The score", told.score, (t.contribution for t in told.terms))
    body = [
        f"<h1>{escape(told.title)}</h1>",
        f"<p>{escape(told.sentence)}</p>",
        _table(("What", "Value"), _facts(told, facts)),
        "<h2>The sum</h2>",
        f"<p>{escape(told.expert_sentence)}</p>",
        _table(("Term", "Raw score", "z", "Weight", "Contribution"), _terms(told)),
    ]
    if told.waterfall is not None:
        fall = told.waterfall
        _require_sum("The log-odds", fall.log_odds, (fall.base, *(e.effect for e in fall.effects)))
        kind = "exact Shapley values" if fall.exact else "sampled Shapley values"
        body += [
            "<h2>Inside the response term</h2>",
            f"<p>Log-odds {fall.log_odds:+.6f} = {fall.base:+.6f} + the effects; {kind}; "
            f"probability {fall.probability:.4f}.</p>",
            _table(
                ("Feature", "Value", "Effect"), ((e.label, _number(e.value), f"{e.effect:+.6f}") for e in fall.effects)
            ),
        ]
    if opinion is not None:
        body += [
            "<h2>Second opinion (LIME)</h2>",
            f"<p>Fit {opinion.fit:.3f}; rank correlation with SHAP {opinion.rank_correlation:.3f}; same sign in "
            f"{opinion.sign_agreement:.1%} of {opinion.n_compared} features.</p>",
        ]
    if told.evidence:
        rows = ((e.kind, e.title, f"{e.strength:.4f}", e.event_type, e.occurred_at) for e in told.evidence)
        body += ["<h2>From the history</h2>", _table(("Sense", "Product", "Strength", "What she did", "When"), rows)]
    body += ["<h2>Picture and words</h2>", *(f"<p>{escape(part)}</p>" for part in parts)] if parts else []
    body.append("<p>These are parts of a sum, not causes: they say what the score is made of.</p>")
    return _page(f"{told.title}: why it stands where it stands", body)


def _page(title: str, body: Sequence[str]) -> str:
    """A page around some elements."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{''.join(body)}</body></html>"
    )


def _require_sum(name: str, total: float, parts: Iterable[float]) -> None:
    """Refuse a sum that does not add up."""
    error = abs(total - sum(parts))
    if not error <= SUM_TOLERANCE:
        raise ValueError(
            f"{name} differs from the sum of its parts by {error:g}; at most {SUM_TOLERANCE:g} is allowed."
        )


def _facts(told: PairExplanation, facts: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Who, what, when, by what."""
    place = "not on the list" if told.rank is None else f"{told.rank:,} of {told.n_candidates:,}"
    yield from (("Shopper", told.user_id or "unknown"), ("Product", told.item_id), ("Place", place))
    yield from (("Score", f"{told.score:+.9f}"), ("Interactions in her history", f"{told.n_touches:,}"))
    if told.left_out_by:
        yield ("Left out", told.left_out_by)
    yield ("Run", told.run_id)
    yield from facts.items()


def _terms(told: PairExplanation) -> Iterable[tuple[str, ...]]:
    """Rows of the sum, and the total."""
    for t in told.terms:
        yield t.label, _number(t.raw), f"{t.z:+.6f}", f"{t.weight:.6f}", f"{t.contribution:+.9f}"
    yield "Score", "", "", "", f"{told.score:+.9f}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.6g}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of escaped cells; all but the first two columns stand at the right."""

    def cells(tag: str, row: Sequence[str]) -> str:
        return "".join(f"<{tag}{' class=n' if n > 1 else ''}>{escape(str(cell))}</{tag}>" for n, cell in enumerate(row))

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells('th', head)}</tr></thead><tbody>{body}</tbody></table>"
