"""What something resembles: pictures that are none, sides that are centred, and a child that answers."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recsys.errors import EncoderError, InputError
from recsys.workflows import resemble_worker
from recsys.workflows.resemble import MAX_PICTURE_BYTES, Resembler
from recsys.workflows.resemble_worker import Resemblance, Side, open_picture


def saved(image: Image.Image, folder: Path, kind: str, **options: object) -> Path:
    path = folder / f"picture.{kind}"
    image.save(path, kind, **options)
    return path


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_every_kind_of_picture_becomes_rgb(tmp_path: Path, mode: str) -> None:
    assert open_picture(saved(Image.new(mode, (40, 30)), tmp_path, "png")).mode == "RGB"


def test_print_colours_and_moving_pictures(tmp_path: Path) -> None:
    assert open_picture(saved(Image.new("CMYK", (40, 30)), tmp_path, "jpeg")).mode == "RGB"
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    moving = saved(frames[0], tmp_path, "gif", save_all=True, append_images=frames[1:])
    assert open_picture(moving).getpixel((5, 5))[0] > 200  # the first frame


def test_a_transparent_picture_lies_on_white(tmp_path: Path) -> None:
    assert open_picture(saved(Image.new("RGBA", (9, 9), (0, 0, 0, 0)), tmp_path, "png")).getpixel((4, 4)) == (255,) * 3


def test_too_many_pixels_are_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="million"):
        open_picture(saved(Image.new("1", (10_000, 5_000)), tmp_path, "png"))


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, b"<svg/>"])
def test_what_is_no_picture_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged or none"):
        open_picture(path)


def test_a_cut_off_picture_is_told(tmp_path: Path) -> None:
    whole = io.BytesIO()
    Image.effect_noise((300, 300), 90).save(whole, "JPEG")
    (tmp_path / "cut.jpg").write_bytes(whole.getvalue()[: len(whole.getvalue()) // 3])
    with pytest.raises(InputError, match="damaged"):
        open_picture(tmp_path / "cut.jpg")


def test_a_side_takes_the_mean_out_and_leaves_out_what_is_unknown() -> None:
    # mean of the known rows (1,0), (0,1), (1,1)/√2 is m; the query is row 0 itself, so its own cosine is 1
    vectors = np.array([[1, 0], [np.nan, np.nan], [0, 1], [0.5**0.5, 0.5**0.5]], np.float32)
    side = Side.of(vectors)
    near = side.nearest(vectors[0], side.mean, 9)
    assert near[0] == (0, 1.0) and [i for i, _ in near] == [0, 3, 2]


class Echo:
    """An encoder of one text to one vector."""

    encoder_id, embedding_size = "echo", 2

    def encode(self, contents, progress=None):
        return np.array([[1.0, 0.0] if c else [np.nan, np.nan] for c in contents], np.float32)


def test_a_run_without_pictures_answers_sentences_only(tmp_path: Path) -> None:
    asked = Resemblance.__new__(Resemblance)
    asked.text, asked.image = Echo(), None
    asked.texts, asked.pictures, asked.shown = Side.of(np.eye(2, dtype=np.float32)), None, None
    found = asked.answer({"text": "cup", "k": 1})
    assert found["text"][0][0] == 0 and found["image"] is None
    with pytest.raises(InputError, match="reads no pictures"):
        asked.answer({"picture": str(tmp_path)})
    with pytest.raises(InputError, match="empty"):
        asked.answer({"text": ""})


def resembler(command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Resembler:
    """One whose child runs `command` instead."""
    script = tmp_path / "child.py"
    script.write_text(command)
    made = Resembler.__new__(Resembler)
    made._job, made._child = {"text": "x", "image": ""}, None
    made._lock = __import__("threading").Lock()
    real = __import__("subprocess").Popen
    monkeypatch.setattr(
        "recsys.workflows.resemble.subprocess.Popen", lambda args, **named: real([args[0], str(script)], **named)
    )
    return made


ANSWERS = """
import json, sys
print("some library says hello")
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    if "quit" in line:
        break
    print(json.dumps({"text": [[3, 0.5]], "image": None}), flush=True)
"""


def test_the_child_is_asked_and_started_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = resembler(ANSWERS, monkeypatch, tmp_path)
    assert asked.of_text("cup").by_text == ((3, 0.5),)
    with pytest.raises(EncoderError, match="Ask again"):
        asked.of_text("quit")
    assert asked.of_picture(b"x").by_image is None
    asked.close()


@pytest.mark.parametrize(
    ("child", "words"),
    [("raise SystemExit(3)", "could not be started"), ('print(\'{"refused": "no weights"}\')', "no weights")],
)
def test_a_child_that_does_not_start_is_told(
    child: str, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(EncoderError, match=words):
        resembler(child, monkeypatch, tmp_path).of_text("cup")


def test_nothing_and_too_much_are_refused_before_anything_starts(monkeypatch, tmp_path: Path) -> None:
    asked = resembler("", monkeypatch, tmp_path)
    with pytest.raises(InputError, match="empty"):
        asked.of_text("  ")
    with pytest.raises(InputError, match="MB"):
        asked.of_picture(b"x" * (MAX_PICTURE_BYTES + 1))


def test_the_child_refuses_in_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(job: dict[str, object]) -> None:
        raise EncoderError("no such encoder")

    monkeypatch.setattr(resemble_worker, "Resemblance", refuse)
    resemble_worker.main("{}")
    assert json.loads(capsys.readouterr().out) == {"refused": "no such encoder"}
