import hashlib
import time

import numpy as np
import pytest

from recsys.encoders.cache import EmbeddingCache, text_key
from recsys.encoders.contract import normalise_rows
from recsys.encoders.shards import CorruptShardError, read_shard, write_shard
from recsys.errors import CancelledError, EncoderError
from tests.encoders.conftest import CountingEncoder

TEXTS = ["a", "b", "ab", "abc", "a"]
KEYS = [text_key(text) for text in TEXTS]


def test_only_what_is_missing_is_encoded_and_order_is_kept(tmp_path, counting):
    cache = EmbeddingCache(tmp_path)
    first = cache.encode_missing(counting, KEYS[:2], TEXTS[:2])
    assert counting.seen == ["a", "b"]
    vectors = cache.encode_missing(counting, KEYS, TEXTS)
    assert counting.seen == ["a", "b", "ab", "abc"]  # "a" is known, and given twice
    np.testing.assert_array_equal(vectors[:2], first)
    np.testing.assert_array_equal(vectors, CountingEncoder().encode(TEXTS))


def test_a_new_process_reads_what_an_earlier_one_wrote(tmp_path, counting):
    EmbeddingCache(tmp_path).encode_missing(counting, KEYS, TEXTS)
    again = CountingEncoder()
    vectors = EmbeddingCache(tmp_path).encode_missing(again, KEYS[::-1], TEXTS[::-1])
    assert again.seen == []
    np.testing.assert_array_equal(vectors, counting.encode(TEXTS[::-1]))


def test_another_encoder_has_vectors_of_its_own(tmp_path, counting):
    cache = EmbeddingCache(tmp_path)
    cache.encode_missing(counting, KEYS, TEXTS)
    other = CountingEncoder("other/2", embedding_size=3)
    assert cache.encode_missing(other, KEYS, TEXTS).shape == (5, 3)
    assert other.seen == ["a", "b", "ab", "abc"]
    assert cache.read(counting, KEYS)[1].all()


def test_contents_may_be_a_function_of_the_missing_positions(tmp_path, counting):
    cache = EmbeddingCache(tmp_path)
    cache.encode_missing(counting, KEYS[:1], TEXTS[:1])
    asked = []

    def fetch(positions):
        asked.extend(positions)
        return [TEXTS[position] for position in positions]

    cache.encode_missing(counting, KEYS, fetch)
    assert asked == [1, 2, 3]


@pytest.mark.parametrize("damage", ["flip", "truncate", "keys", "delete"])
def test_a_damaged_shard_is_encoded_again(tmp_path, counting, damage, caplog):
    cache = EmbeddingCache(tmp_path)
    expected = cache.encode_missing(counting, KEYS, TEXTS)
    [shard] = tmp_path.rglob("*.npy")
    content = bytearray(shard.read_bytes())
    if damage == "flip":
        content[-3] ^= 0xFF
        shard.write_bytes(content)
    elif damage == "truncate":
        shard.write_bytes(content[:-8])
    elif damage == "keys":
        shard.with_suffix(".keys").write_text("nonsense\n")
    else:
        shard.unlink()
    counting.seen.clear()
    np.testing.assert_array_equal(cache.encode_missing(counting, KEYS, TEXTS), expected)
    assert counting.seen == ["a", "b", "ab", "abc"]
    assert "damaged" in caplog.text
    assert not shard.exists()
    counting.seen.clear()
    cache.encode_missing(counting, KEYS, TEXTS)
    assert counting.seen == []


def test_a_shard_without_its_keys_file_does_not_exist(tmp_path, counting):
    cache = EmbeddingCache(tmp_path)
    cache.encode_missing(counting, KEYS, TEXTS)
    [keys] = tmp_path.rglob("*.keys")
    keys.unlink()
    assert not cache.read(counting, KEYS)[1].any()


def test_a_stored_value_that_is_not_finite_is_detected(tmp_path):
    vectors = normalise_rows(np.ones((2, 3)))
    vectors[1] = np.nan
    with pytest.raises(CorruptShardError, match="finite"):
        read_shard(write_shard(tmp_path, ["k", "l"], vectors))


def test_unreadable_content_is_nan_and_tried_again_next_time(tmp_path, counting):
    cache = EmbeddingCache(tmp_path)
    for _ in range(2):
        vectors = cache.encode_missing(counting, ["k", "l"], ["a", "zzz"])
        assert np.isnan(vectors[1]).all()
        assert np.isfinite(vectors[0]).all()
    assert counting.seen == ["a", "zzz", "zzz"]


def test_stopped_work_keeps_the_shards_that_were_finished(tmp_path, counting, monkeypatch):
    monkeypatch.setattr("recsys.encoders.cache.ROWS_PER_SHARD", 2)
    cache = EmbeddingCache(tmp_path)

    def stop_late(done, total):
        assert total == 4
        if done > 2:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        cache.encode_missing(counting, KEYS, TEXTS, stop_late)
    assert cache.read(counting, KEYS)[1].tolist() == [True, True, False, False, True]


def test_nothing_to_encode_is_an_empty_array(tmp_path, counting):
    assert EmbeddingCache(tmp_path).encode_missing(counting, [], []).shape == (0, 5)


def test_keys_and_contents_must_match(tmp_path, counting):
    with pytest.raises(EncoderError, match="2 keys but 1 contents"):
        EmbeddingCache(tmp_path).encode_missing(counting, ["a", "b"], ["a"])


def test_an_encoder_that_breaks_its_contract_is_refused_and_nothing_is_kept(tmp_path):
    class Broken(CountingEncoder):
        def encode(self, contents, progress=None):
            return np.ones((len(contents), 5), dtype=np.float32)

    with pytest.raises(EncoderError, match="length 1"):
        EmbeddingCache(tmp_path).encode_missing(Broken(), KEYS, TEXTS)
    assert not list(tmp_path.rglob("*.npy"))


def test_reading_takes_a_small_multiple_of_hashing_the_bytes(tmp_path):
    """50,000 vectors of 384 numbers take under 0.3 s on a quiet machine (benchmarks/encoder_speed.py); here a fifth."""
    encoder = CountingEncoder("wide-1", embedding_size=384)
    keys = [text_key(str(number)) for number in range(10_000)]
    vectors = normalise_rows(np.random.default_rng(0).standard_normal((4096, 384)))
    for start in range(0, 10_000, 4096):
        part = keys[start : start + 4096]
        write_shard(tmp_path / "wide-1", part, vectors[: len(part)])
    cache = EmbeddingCache(tmp_path)
    cache.read(encoder, keys)
    started = time.perf_counter()
    for path in tmp_path.rglob("*.npy"):
        hashlib.sha256(path.read_bytes())
    plain_s = time.perf_counter() - started
    started = time.perf_counter()
    known = cache.read(encoder, keys)[1]
    elapsed_s = time.perf_counter() - started
    assert known.all()
    assert elapsed_s < max(0.3, 5 * plain_s)
