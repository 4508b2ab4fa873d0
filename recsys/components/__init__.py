"""The terms of the sum, one file each. A new component is one file here and one line in the literal below."""

from recsys.components.appeal import AppealComponent
from recsys.components.behaviour import BehaviourComponent
from recsys.components.content import ImageComponent, TextComponent
from recsys.components.contract import Component
from recsys.components.fresh import FreshComponent
from recsys.components.graph import GraphComponent
from recsys.components.item2vec import BasketComponent
from recsys.components.item_knn import ItemKnnComponent
from recsys.components.momentum import MomentumComponent
from recsys.components.next_window import NextComponent
from recsys.components.repeat import RepeatComponent
from recsys.components.response import ResponseComponent
from recsys.components.trend import TrendComponent

CATALOGUE_COMPONENTS: dict[str, type[Component]] = {
    "text": TextComponent,
    "image": ImageComponent,
    "behaviour": BehaviourComponent,
    "next": NextComponent,
    "item_knn": ItemKnnComponent,
    "graph": GraphComponent,
    "item2vec": BasketComponent,
    "repeat": RepeatComponent,
    "trend": TrendComponent,
    "momentum": MomentumComponent,
    "appeal": AppealComponent,
    "fresh": FreshComponent,
}
"""Terms that score the whole catalogue, in display order; those that are on by default say so themselves."""

CANDIDATE_COMPONENTS: dict[str, type[ResponseComponent]] = {"response": ResponseComponent}
"""Terms computed only for the best candidates of the sum of the others."""

COMPONENTS: dict[str, type[Component] | type[ResponseComponent]] = {**CATALOGUE_COMPONENTS, **CANDIDATE_COMPONENTS}
"""Every term of the sum by its name, in display order."""
