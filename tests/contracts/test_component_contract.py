"""What every component in the registry promises; a new one inherits these tests by its line in the literal."""

import dataclasses
import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import recsys.components
from recsys.components import CANDIDATE_COMPONENTS, CATALOGUE_COMPONENTS, COMPONENTS
from recsys.components.contract import Component, TrainingData
from recsys.components.response import ResponseComponent
from recsys.data.interactions import Histories
from recsys.fusion.standardise import standardise
from tests.tables import AT, block_data, days, history

CATALOGUE_NAMES = sorted(CATALOGUE_COMPONENTS)


def fit(name: str, seed: int = 0) -> Any:
    """Fit a component afresh on the checkerboard shop; the response term on drawn rows."""
    if name in CATALOGUE_COMPONENTS:
        return CATALOGUE_COMPONENTS[name]().fit(block_data(seed)[0])
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(400, 3))
    labels = features[:, 0] + rng.normal(size=400) > 0
    return CANDIDATE_COMPONENTS[name]().fit(("a", "b", "c"), features, labels, seed, threads=1)


def scores(component: Any, rows: slice = slice(None)) -> NDArray[Any]:
    """What a component says of the shoppers in `rows`, one row each."""
    if isinstance(component, ResponseComponent):
        return component.log_odds(np.random.default_rng(7).normal(size=(20, 3))[rows])[:, None]
    histories = block_data()[0].interactions.histories
    return component.score(histories.take(np.arange(20)[rows]), AT)


@pytest.fixture(scope="module")
def fitted() -> dict[str, Any]:
    """Every registered component, fitted once."""
    return {name: fit(name) for name in COMPONENTS}


def test_the_registry_equals_the_folder() -> None:
    support = {"contract", "ease", "als", "neighbours", "item_weights", "calibration", "dcn", "trees"}
    files = {m.name for m in pkgutil.iter_modules(recsys.components.__path__)} - support
    classes = {
        value
        for file in files
        for value in vars(importlib.import_module(f"recsys.components.{file}")).values()
        if isinstance(value, type) and value.__module__ == f"recsys.components.{file}" and "name" in vars(value)
    }
    assert classes == set(COMPONENTS.values())
    assert {**CATALOGUE_COMPONENTS, **CANDIDATE_COMPONENTS} == COMPONENTS


@pytest.mark.parametrize("name", COMPONENTS)
class TestEveryComponent:
    """The promises of a component."""

    def test_it_says_what_it_is_on_screen(self, name: str) -> None:
        kind = COMPONENTS[name]
        assert kind.name == name
        assert kind.label and kind.label[0].isupper() and len(kind.label) <= 20
        assert kind.summary.endswith(".") and len(kind.summary) <= 120
        assert kind.phrase and not kind.phrase.endswith(".")

    def test_its_config_goes_to_json_and_back(self, name: str, fitted: dict[str, Any]) -> None:
        kind, component = COMPONENTS[name], fitted[name]
        values = json.loads(json.dumps(component.config_json(), allow_nan=False))
        assert kind.config_class(**values) == component.config
        assert component.config.__dataclass_params__.frozen
        assert set(values) == {f.name for f in dataclasses.fields(kind.config_class)}

    def test_files_bring_the_same_scores_back(self, name: str, fitted: dict[str, Any], tmp_path: Path) -> None:
        component = fitted[name]
        component.save(tmp_path)
        loaded = COMPONENTS[name].load(tmp_path, json.loads(json.dumps(component.config_json())))
        np.testing.assert_array_equal(scores(loaded), scores(component))
        assert {p.suffix for p in tmp_path.iterdir()} <= {".safetensors", ".npy", ".txt", ".json"}
        assert all(p.stem == name for p in tmp_path.iterdir())

    def test_the_same_seed_gives_the_same_scores(self, name: str, fitted: dict[str, Any]) -> None:
        np.testing.assert_array_equal(scores(fit(name)), scores(fitted[name]))

    def test_a_batch_says_what_one_at_a_time_says(self, name: str, fitted: dict[str, Any]) -> None:
        batch = scores(fitted[name])
        single = np.concatenate([scores(fitted[name], slice(k, k + 1)) for k in range(20)])
        np.testing.assert_allclose(single, batch, rtol=1e-4, atol=1e-5)

    def test_scores_are_finite_or_silent(self, name: str, fitted: dict[str, Any]) -> None:
        values = scores(fitted[name])
        assert not np.isinf(values).any()
        assert np.isfinite(values).any()

    def test_asking_changes_nothing(self, name: str, fitted: dict[str, Any]) -> None:
        first = scores(fitted[name]).copy()
        np.testing.assert_array_equal(scores(fitted[name]), first)


@pytest.mark.parametrize("name", CATALOGUE_NAMES)
class TestEveryCatalogueComponent:
    """The promises of a component that scores histories against the whole catalogue."""

    def test_one_score_per_request_and_item(self, name: str, fitted: dict[str, Any]) -> None:
        component: Component = fitted[name]
        values = component.score(block_data()[0].interactions.histories, AT)
        assert values.shape == (20, 20) and values.dtype == np.float32

    def test_it_never_changes_what_it_is_given(self, name: str) -> None:
        data = block_data()[0]
        histories = data.interactions.histories
        given = [*(getattr(histories, f.name) for f in dataclasses.fields(Histories)), *data.embeddings.values()]
        copies = [a.copy() for a in given]
        for array in given:
            array.setflags(write=False)
        component = CATALOGUE_COMPONENTS[name]().fit(data)
        component.score(histories, AT)
        for array, copy in zip(given, copies, strict=True):
            np.testing.assert_array_equal(array, copy)

    def test_a_stranger_gets_silence_or_the_same_as_everybody(self, name: str, fitted: dict[str, Any]) -> None:
        component: Component = fitted[name]
        both = Histories.concatenate([history((1, 1), (2, 3)), Histories.empty()])
        known, stranger = component.score(both, AT)
        if np.isnan(stranger).any():
            assert np.isnan(stranger).all()
        else:
            np.testing.assert_array_equal(stranger, known)

    def test_standardised_it_is_never_nan(self, name: str, fitted: dict[str, Any]) -> None:
        component: Component = fitted[name]
        both = Histories.concatenate([block_data()[0].interactions.histories, Histories.empty(2)])
        for at in (AT, AT + days(400), AT - days(400)):
            z = standardise(np.array(component.score(both, at)), np.arange(20) % 2 == 0)
            assert np.isfinite(z).all()

    def test_a_shop_without_interactions_or_content_is_no_error(self, name: str) -> None:
        data = block_data()[0]
        nobody = data.interactions.before(AT - days(999))
        for kept in (data.embeddings, {}):
            empty = TrainingData(data.catalogue, nobody, kept, AT, 0)
            values = CATALOGUE_COMPONENTS[name]().fit(empty).score(history((1, 1), (2, 3)), AT)
            assert values.shape == (1, 20) and not np.isinf(values).any()

    def test_its_arrays_can_be_published(self, name: str, fitted: dict[str, Any]) -> None:
        for array in fitted[name].arrays.values():
            assert array.dtype.kind in "fiu" and (array.dtype.kind != "f" or np.isfinite(array).all())

    def test_settings_it_does_not_have_are_refused(self, name: str) -> None:
        with pytest.raises(TypeError):
            CATALOGUE_COMPONENTS[name].config_class(no_such_setting=1)
