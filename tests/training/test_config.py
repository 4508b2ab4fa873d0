"""A training config is checked when it is made, not after minutes of training."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from recsys.components import COMPONENTS
from recsys.errors import InputError
from recsys.training.config import COLUMN_NAMES, TrainingConfig, load_training_config

FULL = TrainingConfig(
    seed=7,
    text_encoder="",
    window_days=14,
    test_from="2026-02-01",
    weights={"text": 0.5, "response": 0.1},
    components={"behaviour": {"method": "als", "embedding_size": 8}, "fresh": {"half_life_days": 3.0}},
    extra_components=("item_knn", "graph"),
)


@pytest.mark.parametrize("config", [TrainingConfig(), FULL])
def test_json_and_back(config: TrainingConfig) -> None:
    assert TrainingConfig.from_json(json.loads(json.dumps(config.to_json(), allow_nan=False))) == config


def test_defaults_name_every_column_and_no_fixed_weights() -> None:
    assert set(TrainingConfig().column_weights) == set(COLUMN_NAMES)
    assert TrainingConfig().weights is None and TrainingConfig().components == {}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"seed": -1}, "seed must be ≥ 0"),
        ({"window_days": 0}, "window_days ≥ 1"),
        ({"search_users": 10}, "search_users ≥ 50"),
        ({"fine_tune_s": float("nan")}, "fine_tune_s ≥ 0; got 0, 30, 600 and nan"),
        ({"test_from": "yesterday"}, "day such as 2011-09-01, got 'yesterday'"),
        ({"test_from": "20110901"}, "day such as 2011-09-01"),
        ({"weights": {"txt": 1.0}}, "No component is called txt; there are text, image"),
        ({"weights": {"text": -1.0}}, "weights must be finite and at least 0"),
        ({"weights": {"text": float("inf")}}, "weights must be finite"),
        ({"column_weights": {"all": -0.1}}, "column_weights must be finite and at least 0"),
        ({"column_weights": {"recall": 1.0}}, "column_weights take all, discovery, .*; got recall"),
        ({"components": {"grape": {}}}, "No component is called grape"),
        ({"extra_components": ["grape"]}, "No component is called grape"),
        ({"components": {"fresh": {"half_life_days": 0}}}, "half_life_days must be positive"),
        ({"components": {"fresh": {"halflife": 3}}}, "settings of the component fresh do not fit"),
    ],
)
def test_what_does_not_fit_is_said(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        TrainingConfig(**values)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=sentence):
        TrainingConfig.from_json(values)


@pytest.mark.parametrize("values", [{"epochs": 3}, {"window_days": "30"}, {"components": {"fresh": 3}}, {"weights": 3}])
def test_foreign_json_is_refused_with_a_sentence(values: dict[str, object]) -> None:
    with pytest.raises(InputError):
        TrainingConfig.from_json(values)


def test_every_component_takes_its_own_defaults() -> None:
    settings = {name: kind().config_json() for name, kind in COMPONENTS.items()}
    assert TrainingConfig(components=settings).components == settings


def test_a_config_file(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps(FULL.to_json()))
    assert load_training_config(file) == FULL
    file.write_text('{"seed": 1')
    with pytest.raises(InputError, match="is not JSON"):
        load_training_config(file)
    file.write_text("[1, 2]")
    with pytest.raises(InputError, match="one JSON object, found list"):
        load_training_config(file)
    with pytest.raises(InputError, match="no config file"):
        load_training_config(tmp_path / "missing.json")


def test_a_config_is_frozen() -> None:
    with pytest.raises(AttributeError):
        FULL.seed = 1  # type: ignore[misc]
    assert replace(FULL, seed=1) != FULL
