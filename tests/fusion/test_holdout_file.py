"""Held-out terms come back as they were written, whatever their memory order."""

from pathlib import Path

import numpy as np

from recsys.fusion.holdout import HoldoutTerms


def test_a_selection_of_shoppers_survives_the_file(tmp_path: Path):
    rng = np.random.default_rng(0)
    z = rng.standard_normal((3, 50, 40)).astype(np.float32)[:, np.sort(rng.choice(50, 20, replace=False))]
    assert not z.flags.c_contiguous
    relevant = rng.random((40, 20)).T < 0.1
    written = HoldoutTerms(("text", "image", "trend"), z, relevant, np.ones((20, 40), bool))
    written.save(tmp_path / "holdout.safetensors")
    read = HoldoutTerms.load(tmp_path / "holdout.safetensors")
    assert read.names == written.names
    np.testing.assert_allclose(read.z, z, atol=2e-3)
    np.testing.assert_array_equal(read.relevant, relevant)
    assert read.quality({"text": 1.0}).n_users == 20
