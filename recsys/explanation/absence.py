"""Why a product is not in a list: the gate it fails, its gap term by term, the smallest change that shows it.

Everything comes from the path that makes the list, `ranking.rank`: nothing is told that was not tried there.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from recsys.data.ranking import RULES, Ranking, Request
from recsys.explanation.answer import plain
from recsys.explanation.changes import Change, World, apply_change
from recsys.explanation.gates import Finding, Gate, find_closed, find_pushing, lift_of
from recsys.explanation.listing import label_of
from recsys.explanation.place import find_place
from recsys.explanation.remedies import Standing, find_boost, find_pin, find_price, find_weight, lower_bar
from recsys.ranking.features import candidate_features
from recsys.ranking.model import Model
from recsys.ranking.rank import SHORTLIST
from recsys.rules.rule import RuleSet

PLACES = 24


@dataclass(frozen=True)
class GapTerm:
    """One term of the sum: what the last product shown has of it, and what this one has.

    Parameters
    ----------
    name, label
        The component's registry name and its name on screen.
    own, shown
        Contributions of this product and of the last one shown.
    """

    name: str
    label: str
    own: float
    shown: float

    @property
    def gap(self) -> float:
        """What this product lacks."""
        return self.shown - self.own


@dataclass(frozen=True)
class Remedy:
    """Changes that, made together, show the product; they were made and the list was ranked again.

    Parameters
    ----------
    changes
        In the order in which they are to be made.
    place
        1-based place the product then has.
    """

    changes: tuple[Change, ...]
    place: int


@dataclass(frozen=True)
class Absence:
    """Why one product is not in one list.

    Parameters
    ----------
    item_num, item_id, title
        The product; −1 and empty texts where the catalogue does not know it.
    places
        Length of the list.
    place
        1-based place in the list as it is; None when it has none.
    gate
        The first gate it fails; None when it is in the list.
    findings
        Every gate it fails, in the order of the path; of several rules that push it out each one.
    sum_place, n_candidates
        1-based place by the sum alone among all that pass the filters, once the gates shut by launch, stock, filters,
        blocks are open; None where they cannot be opened.
    score, bar
        Its score, and the score of the last product shown.
    last_id, last_title
        That last product; empty where the list is empty.
    gaps
        The difference of the two scores, term by term; they add up to `bar` − `score`.
    remedies
        Ways to show it, the smallest first; each was tried.
    """

    item_num: int
    item_id: str
    title: str
    places: int
    place: int | None
    gate: Gate | None
    findings: tuple[Finding, ...] = ()
    sum_place: int | None = None
    n_candidates: int = 0
    score: float = 0.0
    bar: float = 0.0
    last_id: str = ""
    last_title: str = ""
    gaps: tuple[GapTerm, ...] = ()
    remedies: tuple[Remedy, ...] = ()

    @property
    def smallest(self) -> Remedy | None:
        """The smallest change that shows the product; None where none is known."""
        return self.remedies[0] if self.remedies else None

    def to_json(self) -> dict[str, Any]:
        """Return plain dicts, lists, text and finite numbers."""
        told = plain(asdict(self))
        assert isinstance(told, dict)
        return told


def explain_absence(
    model: Model, request: Request, item_num: int, rules: RuleSet | None = None, places: int = PLACES
) -> Absence:
    """Say why a product is not among the first places of a list, and what would change that.

    Parameters
    ----------
    model, request, rules
        As of `ranking.rank`; the request's own length is not read.
    item_num
        The product; a number outside the catalogue, such as −1, is one that it does not know.
    places
        Length of the list, ≥ 1.

    Returns
    -------
    Absence
        With every remedy verified by ranking again. Where the list could not be made to show the product, none.

    Raises
    ------
    InputError
        If a weight is unknown, negative or not finite.
    """
    if not 0 <= item_num < len(model.catalogue):
        return Absence(-1, "", "", places, None, Gate.CATALOGUE, (Finding(Gate.CATALOGUE),))
    world = World(model, request, rules)
    about = Absence(
        item_num, str(model.catalogue.item_ids[item_num]), str(model.catalogue.titles[item_num]), places, None, None
    )
    place = world.place_of(item_num, places)
    closed = () if place is not None else find_closed(world, item_num)
    if closed and any(f.change is None for f in closed):
        return replace(about, gate=closed[0].gate, findings=closed)
    needed = tuple(f.change for f in closed if f.change is not None)
    opened = _apply(world, needed)
    told = _measure(about, opened)
    if place is not None:
        return replace(told, place=place)
    if closed:
        return _when_closed(told, world, opened, closed, needed)
    return _when_open(told, world)


def _apply(world: World, changes: Sequence[Change]) -> World:
    """Make changes one after the other."""
    for change in changes:
        world = apply_change(world, change)
    return world


def _measure(about: Absence, world: World) -> Absence:
    """Add place, score and gap in a world where every gate before the sum is open."""
    standing = _standing(about, world)
    asked = find_place(world.model, world.request, standing.terms, about.item_num)
    parts = standing.parts.copy()
    if not asked.in_shortlist and world.model.response is not None:
        parts[-1] = 0.0
    if standing.ruled or RULES in standing.listed.components:
        parts = np.append(parts, standing.ruled)
    last = _last_shown(standing.listed, about.places, standing.bar)
    shown = np.zeros(len(parts))
    if last is not None:
        found = standing.listed.contributions[last]
        shown[: len(found)] = found
    names = (*world.model.names, RULES)
    return replace(
        about,
        sum_place=asked.sum_rank,
        n_candidates=asked.n_candidates,
        score=float(parts.sum()),
        bar=float(shown.sum()),
        last_id="" if last is None else str(standing.listed.item_ids[last]),
        last_title="" if last is None else str(world.model.catalogue.titles[standing.listed.item_num[last]]),
        gaps=tuple(
            GapTerm(name, label_of(name), float(own), float(theirs))
            for name, own, theirs in zip(names, parts, shown, strict=False)
        ),
    )


def _standing(about: Absence, world: World) -> Standing:
    """Scores and terms of the product, and the list it shall get into."""
    model, request = world.model, world.request
    terms = model.terms(request.history, request.at)
    one = np.array([[about.item_num]])
    z = [float(part[0, 0]) for part in terms.at(one)]
    if model.response is not None:
        features = candidate_features(model, request.history, request.at, terms, one).values[0]
        z.append(float(model.response.standardised(features)[0]))
    parts = np.array(z) * np.array(list(world.weights.values()))
    listed = world.rank(max(SHORTLIST, about.places))
    bar, unit = lower_bar(listed, about.places), float(sum(world.weights.values()))
    return Standing(about.item_num, about.item_id, about.places, terms, parts, lift_of(world), listed, bar, unit)


def _last_shown(listed: Ranking, places: int, bar: float) -> int | None:
    """Position in the list of the product that sets the bar."""
    found = np.flatnonzero(listed.scores[:places] == bar)
    return int(found[-1]) if len(found) else None


def _when_closed(
    told: Absence, world: World, opened: World, closed: tuple[Finding, ...], needed: tuple[Change, ...]
) -> Absence:
    """Gates shut before the sum: opening them shows the product, or more is needed."""
    told = replace(told, gate=closed[0].gate, findings=closed)
    place = opened.place_of(told.item_num, told.places)
    if place is not None:
        return replace(told, remedies=(Remedy(needed, place),))
    further = _when_open(told, opened)
    remedies = (_tried(told, world, (*needed, *remedy.changes)) for remedy in further.remedies)
    return replace(
        told, findings=(*closed, *further.findings), remedies=tuple(remedy for remedy in remedies if remedy is not None)
    )


def _when_open(told: Absence, world: World) -> Absence:
    """Every gate before the sum is open: a later step pushed the product out, or its score is too low."""
    pushed = find_pushing(world, told.item_num, told.places)
    standing = _standing(told, world)
    boosts = [change for find in (find_boost, find_pin) if (change := find(world, standing)) is not None]
    if pushed:
        together = tuple(f.change for f in pushed if f.change is not None)
        alone = [_tried(told, world, (change,)) for change in together]
        ends = alone if alone[0] is not None else [_tried(told, world, together)]
        found = (*ends, *(_tried(told, world, (change,)) for change in boosts))
        return replace(told, gate=pushed[0].gate, findings=pushed, remedies=tuple(r for r in found if r is not None))
    gate = _gate_of_the_sum(told, world)
    changes = [*boosts[:1], find_price(world, standing), find_weight(world, standing), *boosts[1:]]
    tried = (_tried(told, world, (change,)) for change in changes if change is not None)
    return replace(told, gate=gate, findings=(Finding(gate),), remedies=tuple(r for r in tried if r is not None))


def _gate_of_the_sum(told: Absence, world: World) -> Gate:
    """Whether the response term was not even asked, or the whole sum is too low."""
    asked = world.model.response is not None and world.weights["response"] > 0
    out = told.sum_place is not None and told.sum_place > SHORTLIST
    return Gate.CANDIDATES if asked and out else Gate.LOWER_SUM


def _tried(told: Absence, world: World, changes: tuple[Change, ...]) -> Remedy | None:
    """Make the changes, rank, and keep them only if the product is shown."""
    place = _apply(world, changes).place_of(told.item_num, told.places)
    return None if place is None else Remedy(changes, place)
