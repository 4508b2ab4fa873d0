"""Places that rules give out in one list: pins, slots, soft pins and caps, filled from the first place down."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from recsys.rules.kinds import RuleKind
from recsys.rules.rule import Rule

PLACING = (RuleKind.PIN, RuleKind.SLOT, RuleKind.SOFT_PIN, RuleKind.CAP)
"""Kinds that give out places; they act last, on whatever order the sum and variety left."""

Cap = tuple[int, list[int], int, int, dict[int, int], set[int]]
"""Number of a cap's placing, group of each position, limit, window, count by group, positions counted beforehand."""


@dataclass(frozen=True, eq=False)
class Placing:
    """One rule over the items it means.

    Parameters
    ----------
    rule
        Of a kind in `PLACING`.
    item
        The item of a pin, −1 where the catalogue does not know it.
    chosen
        Items a slot takes, shape (n_items,).
    groups, n_groups
        What a cap counts each item under, −1 for none, shape (n_items,); how many numbers there are.
    """

    rule: Rule
    item: int = -1
    chosen: NDArray[np.bool_] | None = None
    groups: NDArray[np.intp] | None = None
    n_groups: int = 0


@dataclass
class Filled:
    """The order a list takes, and what each rule did to it.

    Parameters
    ----------
    order
        Old 0-based positions in their new order, at most n of them.
    said
        What there is to say of each rule, in the order of the placings; empty where nothing stood in its way.
    placed
        Positions each rule put somewhere itself.
    """

    order: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    placed: list[list[int]] = field(default_factory=list)


def fill_places(placings: Sequence[Placing], items: NDArray[np.intp], n: int) -> Filled:
    """Give out the first n places of one list.

    A pinned item stands at its place and nowhere else; where two pins want one place, the second takes the next free
    one. A slot takes the best item that fits. A soft-pinned item stands at its place unless it came higher by itself.
    Everything else follows in its old order, an item over a cap after the cap's window. Pins and soft pins count for a
    cap but are not held back by it; a cap gives way where nothing else is left. A shorter list is the head of a longer
    one, as long as candidates last.

    Parameters
    ----------
    placings
        In the order in which they have their say.
    items
        Item numbers of the candidates, best first, shape (n_candidates,).
    n
        Places to fill.
    """
    return _Filling(placings, items).fill(n)


class _Filling:
    """The state of filling one list."""

    def __init__(self, placings: Sequence[Placing], items: NDArray[np.intp]) -> None:
        self.placings = placings
        self.n_items = len(items)
        self.groups = {n: p.groups[items].tolist() for n, p in enumerate(placings) if p.groups is not None}
        self.chosen = {n: p.chosen[items].tolist() for n, p in enumerate(placings) if p.chosen is not None}
        self.filled = Filled(said=[""] * len(placings), placed=[[] for _ in placings])
        self.used = bytearray(len(items))
        self.pinned: dict[int, tuple[int, int]] = {}
        self.slots: dict[int, int] = {}
        self.due: dict[int, tuple[int, int]] = {}
        self.reserved: dict[int, int] = {}
        self.caps: list[Cap] = []
        self.first = 0
        wanted = {p.item for p in placings if p.item >= 0}
        found = enumerate(items.tolist()) if wanted else ()
        self._position = {item: position for position, item in found if item in wanted}
        claims = {RuleKind.PIN: self._pin, RuleKind.SLOT: self._slot, RuleKind.SOFT_PIN: self._soft_pin}
        for number, placing in enumerate(placings):
            if placing.rule.kind != RuleKind.CAP:
                claims[placing.rule.kind](number, placing)
        for number, placing in enumerate(placings):
            if placing.rule.kind == RuleKind.CAP:
                self._count_reserved(number, placing)

    # ------------------------------------------------------------- who has a claim to which place

    def _claim(self, number: int, placing: Placing) -> int | None:
        """Position of a pin's item, reserved for it; None where it is no candidate or another pin has it."""
        position = self._position.get(placing.item)
        if position is None:
            self.filled.said[number] = "its product is no candidate"
        elif position in self.reserved:
            other = self.placings[self.reserved[position]].rule
            self.filled.said[number] = f"its product is placed by {other.kind} {other.rule_id}"
        else:
            self.reserved[position] = number
            return position
        return None

    def _pin(self, number: int, placing: Placing) -> None:
        position = self._claim(number, placing)
        if position is None:
            return
        place = wanted = _place(placing)
        while place in self.pinned:
            place += 1
        if place != wanted:
            other = self.placings[self.pinned[wanted][0]].rule
            self.filled.said[number] = f"place {wanted} is pinned by {other.rule_id}, so it takes place {place}"
        self.pinned[place] = (number, position)

    def _slot(self, number: int, placing: Placing) -> None:
        place = _place(placing)
        if place in self.pinned or place in self.slots:
            other = self.placings[self.pinned[place][0] if place in self.pinned else self.slots[place]].rule
            self.filled.said[number] = f"place {place} is taken by {other.kind} {other.rule_id}"
        else:
            self.slots[place] = number

    def _soft_pin(self, number: int, placing: Placing) -> None:
        """Claim the last free place down to the wanted one, else the next one after it."""
        position = self._claim(number, placing)
        if position is None:
            return
        wanted = _place(placing)
        above = (p for p in range(wanted, 0, -1) if self._is_free(p))
        place = next(above, wanted + 1)
        while not self._is_free(place):
            place += 1
        if place > wanted:
            self.filled.said[number] = f"places up to {wanted} are taken by other rules, so it may stand at {place}"
        self.due[place] = (number, position)

    def _is_free(self, place: int) -> bool:
        return place not in self.pinned and place not in self.slots and place not in self.due

    def _count_reserved(self, number: int, placing: Placing) -> None:
        """Begin a cap with the items that pins put into its window; they are not held back."""
        counts: dict[int, int] = {}
        counted: set[int] = set()
        assert placing.rule.window is not None and placing.rule.limit is not None
        groups = self.groups[number]
        for places in (self.pinned, self.due):
            for place, (_, position) in places.items():
                group = groups[position]
                if group >= 0 and place <= placing.rule.window:
                    counts[group] = counts.get(group, 0) + 1
                    counted.add(position)
        self.caps.append((number, groups, placing.rule.limit, placing.rule.window, counts, counted))

    # ------------------------------------------------------------- filling

    def fill(self, n: int) -> Filled:
        """Give out places 1 to n."""
        for place in range(1, min(n, self.n_items) + 1):
            position = self._take(place)
            self.used[position] = 1
            self.filled.order.append(position)
        return self.filled

    def _take(self, place: int) -> int:
        """Position of the item that stands at a place."""
        if place in self.pinned:
            return self._placed(*self.pinned[place])
        if place in self.due and not self.used[self.due[place][1]]:
            return self._placed(*self.due[place])
        if place in self.slots:
            found = self._best(place, self.slots[place])
            if found is not None:
                self.filled.placed[self.slots[place]].append(found)
                return self._counted(found, place)
            self.filled.said[self.slots[place]] = "no candidate fits"
        found = self._best(place)
        if found is not None:
            return self._counted(found, place)
        return self._whatever_is_left(place)

    def _placed(self, number: int, position: int) -> int:
        self.filled.placed[number].append(position)
        return position

    def _best(self, place: int, slot: int | None = None) -> int | None:
        """Highest candidate that is free and that no cap holds back, of those a slot takes."""
        while self.first < self.n_items and (self.used[self.first] or self._is_pinned(self.first)):
            self.first += 1
        chosen = None if slot is None else self.chosen[slot]
        caps = [cap for cap in self.caps if place <= cap[3]]
        for position in range(self.first, self.n_items):
            if self.used[position] or self._is_pinned(position):
                continue
            if chosen is not None and not chosen[position]:
                continue
            holder = self._held_back(position, caps) if caps else None
            if holder is None:
                return position
            if slot is None and position not in self.filled.placed[holder]:
                self.filled.placed[holder].append(position)
        return None

    def _is_pinned(self, position: int) -> bool:
        number = self.reserved.get(position)
        return number is not None and self.placings[number].rule.kind == RuleKind.PIN

    def _held_back(self, position: int, caps: Sequence[Cap]) -> int | None:
        """Cap that is full for an item."""
        for number, groups, limit, _, counts, counted in caps:
            group = groups[position]
            if group >= 0 and counts.get(group, 0) >= limit and position not in counted:
                return number
        return None

    def _counted(self, position: int, place: int) -> int:
        """Count an item for the caps whose window it stands in, unless it was counted beforehand."""
        for _, groups, _, window, counts, counted in self.caps:
            group = groups[position]
            if group >= 0 and place <= window and position not in counted:
                counts[group] = counts.get(group, 0) + 1
        return position

    def _whatever_is_left(self, place: int) -> int:
        """Highest candidate although a cap is full; of pins alone, the next whose place lies below all candidates."""
        for position in range(self.first, self.n_items):
            if not self.used[position] and not self._is_pinned(position):
                for number, _, _, window, _, _ in self.caps:
                    if place <= window:
                        self.filled.said[number] = "gives way where no other candidate is left"
                return position
        below = (p for p, (_, position) in self.pinned.items() if p > self.n_items and not self.used[position])
        return self._placed(*self.pinned[min(below)])


def _place(placing: Placing) -> int:
    assert placing.rule.place is not None
    return placing.rule.place
