"""Tags of pictures: a known space is read back, rare words must be earned, and what is unsure stays unnamed."""

import numpy as np
import pytest

from recsys.encoders.contract import normalise_rows
from recsys.encoders.tags import COLOUR_WORDS, PATTERN_WORDS, PROMPTS, embed_words, fit_tagger
from recsys.errors import EncoderError

WORDS = ("red", "green", "blue")
D = 16


class Tower:
    """A text tower whose vector of a prompt is that of the word in it, moved a little by the rest."""

    encoder_id, embedding_size = "tower-1", D

    def encode(self, contents, progress=None):
        rng = np.random.default_rng(0)
        of = dict(zip(WORDS, np.eye(D, dtype=np.float32), strict=False))
        rows = [next(of[w] for w in WORDS if w in text) + 0.05 * rng.standard_normal(D) for text in contents]
        return normalise_rows(np.array(rows))


@pytest.fixture
def prototypes():
    return embed_words(WORDS, PROMPTS["colour"], Tower())


def pictures_of(codes, seed=1, noise=0.1):
    """Pictures near their word's direction, all moved the same way, as pictures are apart from texts."""
    gap = np.zeros(D)
    gap[-1] = 3.0
    noise_rows = noise * np.random.default_rng(seed).standard_normal((len(codes), D))
    return normalise_rows(np.eye(D)[codes] + gap + noise_rows)


def test_a_words_prototype_is_the_mean_of_its_prompts(prototypes):
    one = Tower().encode([prompt.format("red") for prompt in PROMPTS["colour"]])
    assert prototypes.shape == (3, D)
    np.testing.assert_allclose(np.linalg.norm(prototypes, axis=1), 1, atol=1e-6)
    assert float(prototypes[0] @ normalise_rows(one.mean(axis=0, keepdims=True))[0]) > 0.99


def test_what_a_picture_shows_is_named_although_pictures_lie_apart_from_texts(prototypes):
    codes = np.random.default_rng(2).integers(0, 3, 300)
    pictures = pictures_of(codes)
    tagger = fit_tagger(WORDS, prototypes, pictures)
    named = tagger.name(pictures)
    assert np.mean([word == WORDS[code] for (word, _), code in zip(named, codes, strict=True)]) > 0.95
    shares = tagger.probabilities(pictures)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert [share for _, share in named] == pytest.approx(shares.max(axis=1))


def test_the_prior_follows_what_the_shop_sells(prototypes):
    codes = np.repeat([0, 1, 2], [240, 48, 12])
    tagger = fit_tagger(WORDS, prototypes, pictures_of(codes))
    np.testing.assert_allclose(tagger.prior, [0.8, 0.16, 0.04], atol=0.03)
    assert tagger.prior.sum() == pytest.approx(1)


def test_between_two_words_the_common_one_is_likelier_and_nothing_is_named_when_unsure(prototypes):
    tagger = fit_tagger(WORDS, prototypes, pictures_of(np.repeat([0, 1, 2], [200, 50, 50])))
    between = tagger.mean + normalise_rows(tagger.prototypes[:1] + tagger.prototypes[1:2])
    shares = tagger.probabilities(between.astype(np.float32))[0]
    assert shares[0] > shares[1] > shares[2]
    assert tagger.name(between.astype(np.float32), min_probability=0.999)[0][0] == ""


def test_a_product_without_a_picture_has_no_tag(prototypes):
    pictures = pictures_of(np.array([0, 1, 2] * 20))
    pictures[4] = np.nan
    tagger = fit_tagger(WORDS, prototypes, pictures)
    assert np.isfinite(tagger.mean).all() and np.isfinite(tagger.prior).all()
    assert np.isnan(tagger.probabilities(pictures)[4]).all()
    assert tagger.name(pictures)[4] == ("", 0.0)


def test_one_picture_alone_is_no_reason_to_fail(prototypes):
    tagger = fit_tagger(WORDS, prototypes, pictures_of(np.array([1])))
    assert np.isfinite(tagger.prior).all() and tagger.name(pictures_of(np.array([1]))) == [("", 0.0)]


@pytest.mark.parametrize("case", ["one word", "no picture", "other number"])
def test_what_cannot_be_tagged_is_refused(prototypes, case):
    pictures = pictures_of(np.array([0, 1, 2]))
    arguments = {
        "one word": (WORDS[:1], prototypes[:1], pictures),
        "no picture": (WORDS, prototypes, np.full((2, D), np.nan, np.float32)),
        "other number": (WORDS, prototypes[:2], pictures),
    }[case]
    with pytest.raises(EncoderError, match="Tags need"):
        fit_tagger(*arguments)


def test_the_shipped_words_are_distinct_and_every_attribute_has_prompts():
    assert len(set(COLOUR_WORDS)) == len(COLOUR_WORDS) and len(set(PATTERN_WORDS)) == len(PATTERN_WORDS)
    assert set(PROMPTS) == {"colour", "category", "pattern"}
    assert all("{}" in prompt for prompts in PROMPTS.values() for prompt in prompts)
