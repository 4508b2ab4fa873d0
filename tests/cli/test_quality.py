"""Offline quality on a terminal."""

from recsys.cli.quality import print_beyond, print_modalities, print_quality
from recsys.evaluation.beyond_report import FIGURES

FIGURE = {"value": 0.25, "low": 0.2, "high": 0.3, "n_users": 1200}
ACCURACY = {"recall": FIGURE, "ndcg": FIGURE | {"value": 0.125}}


def test_the_columns_stand_with_their_intervals(capsys):
    print_quality({"all": ACCURACY, "coverage": 0.5, "beyond": {"gini": 0.3}})
    said = capsys.readouterr().out
    assert "all" in said and "1,200" in said and "0.2000 – 0.3000" in said and "0.1250" in said
    assert "coverage" not in said and "beyond" not in said


def test_what_lies_beyond_accuracy_is_named(capsys):
    beyond = dict.fromkeys(FIGURES, 0.5) | {"by_activity": {"q1": ACCURACY}, "by_popularity": {"new": ACCURACY}}
    print_beyond(beyond)
    said = capsys.readouterr().out
    assert all(label in said for label, _ in FIGURES.values())
    assert "Fifths of the shoppers by activity" in said and "q1" in said and "new" in said


def test_new_products_by_what_is_known_of_them(capsys):
    columns = {"cold_among_new": ACCURACY, "cold_among_all": ACCURACY}
    print_modalities({"n_new_items": 46, "n_users": 9, "both": columns, "text only": columns})
    said = capsys.readouterr().out
    assert "46 new products among new" in said and "46 new products among all" in said
    assert said.count("text only") == 2 and said.count("both") == 2
