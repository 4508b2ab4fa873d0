"""Any transformers vision model drops in by path: a ViT, a DINOv2, and the picture side of a CLIP and a SigLIP."""

import numpy as np
import pytest
import transformers as hf

from recsys.encoders import load_image_encoder
from recsys.encoders.contract import check_embeddings
from recsys.errors import EncoderError
from tests.encoders.conftest import picture_of

SMALL = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
VISION = SMALL | {"image_size": 32, "patch_size": 16}
TEXT = SMALL | {"vocab_size": 50, "max_position_embeddings": 16}


def build(kind: str):
    if kind == "vit":
        return hf.ViTModel(hf.ViTConfig(**VISION))
    if kind == "dinov2":
        return hf.Dinov2Model(hf.Dinov2Config(**{**VISION, "mlp_ratio": 2}))
    if kind == "clip":
        return hf.CLIPModel(hf.CLIPConfig(text_config=TEXT, vision_config=VISION, projection_dim=12))
    return hf.SiglipModel(hf.SiglipConfig(text_config=TEXT, vision_config=VISION))


@pytest.fixture(scope="module", params=[("vit", 16), ("dinov2", 16), ("clip", 12), ("siglip", 16)], ids=lambda p: p[0])
def saved(request, tmp_path_factory):
    kind, size = request.param
    folder = tmp_path_factory.mktemp(kind)
    build(kind).save_pretrained(folder)
    hf.ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder, size


def test_it_loads_by_path_and_meets_the_contract(saved):
    folder, size = saved
    encoder = load_image_encoder(str(folder), "cpu")
    assert encoder.embedding_size == size
    vectors = encoder.encode([picture_of((200, 20, 20), 0), b"broken", picture_of((20, 20, 200), 1)])
    check_embeddings(vectors, 3, encoder)
    assert np.isnan(vectors).all(axis=1).tolist() == [False, True, False]
    assert load_image_encoder(str(folder), "cpu").encoder_id == encoder.encoder_id


def test_the_name_of_a_folder_without_a_model_is_in_the_message(tmp_path):
    with pytest.raises(EncoderError, match="compact_vit"):
        load_image_encoder(str(tmp_path), "cpu")
