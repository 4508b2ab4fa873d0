"""The literal registries name exactly what the folders hold, and importing them loads nothing heavy."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import recsys.encoders as encoders
from recsys.encoders import IMAGE_ENCODERS, TEXT_ENCODERS, load_image_encoder
from recsys.encoders.image import tuned
from recsys.errors import EncoderError

FOLDER = Path(encoders.__file__).parent


@pytest.mark.parametrize(("registry", "kind"), [(TEXT_ENCODERS, "text"), (IMAGE_ENCODERS, "image")])
def test_the_registry_is_the_folder(registry, kind):
    files = {path.stem for path in (FOLDER / kind).glob("*.py")} - {"__init__"}
    assert set(registry) == files
    assert registry == {name: f"recsys.encoders.{kind}.{name}" for name in files}


@pytest.mark.parametrize("module", [*TEXT_ENCODERS.values(), *IMAGE_ENCODERS.values()])
def test_every_module_offers_load(module):
    assert callable(import_module(module).load)


def test_importing_the_room_imports_no_heavy_library():
    heavy = {"torch", "transformers", "sentence_transformers"}
    code = f"import sys, recsys.encoders; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_name_of_the_tuned_file_is_one_literal():
    assert tuned.CONFIG_FILE == encoders.TUNED_FILE


def test_a_missing_weights_file_says_so(tmp_path):
    with pytest.raises(EncoderError, match="gone"):
        load_image_encoder(str(tmp_path / "gone.safetensors"), "cpu")


def test_an_unknown_device_says_what_is_allowed():
    with pytest.raises(EncoderError, match="auto, cpu, cuda"):
        load_image_encoder("compact_vit", "tpu")
