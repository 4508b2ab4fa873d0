"""Vectors of a picture without parts of it and of a text without phrases, made in a process of its own and kept.

The process that shows pages never loads a network; the child of this module does, and what it found is kept by content
and encoder, so that every shopper is answered from the same file.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.components.content import ContentComponent
from recsys.data.catalogue import Catalogue
from recsys.data.media import media_file
from recsys.data.ranking import Request
from recsys.encoders.cache import EmbeddingCache, text_key
from recsys.encoders.catalogue import mean_by_item
from recsys.encoders.supplied import SUPPLIED
from recsys.errors import EncoderError, InputError
from recsys.explanation.occlusion import (
    Carried,
    ContentSpace,
    Region,
    all_windows,
    find_space,
    judge_parts,
    leave_one_out,
    split_phrases,
)
from recsys.ranking.model import Model
from recsys.ranking.terms import DotTerm
from recsys.settings import ShopPaths
from recsys.training.embed import ENCODER_FOLDER
from recsys.training.run_files import RunRecord, run_folder, show_run

Floats = NDArray[np.float32]
TIME_LIMIT_S = 180.0
MODALITIES = ("image", "text")


@dataclass(frozen=True)
class Parts:
    """What of one item carried one shopper's match.

    Parameters
    ----------
    picture
        Content hash of the picture looked at; empty where the item has none.
    regions
        Windows of the picture, in the order of `image.drops`.
    image
        What each region carries; None where pictures say nothing here.
    phrases
        Phrases of the text, in the order of `text.drops`.
    text
        What each phrase carries; None where words say nothing here.
    notes
        By modality, why there is no answer.
    """

    picture: str
    regions: tuple[Region, ...]
    image: Carried | None
    phrases: tuple[str, ...]
    text: Carried | None
    notes: dict[str, str]


@dataclass(frozen=True, eq=False)
class Occluder:
    """Finds what carried a match, for one run.

    Parameters
    ----------
    paths
        The shop.
    model
        Of the run.
    """

    paths: ShopPaths
    model: Model

    @cached_property
    def record(self) -> RunRecord:
        """The run's record."""
        return show_run(self.paths, self.model.run_id)

    @cached_property
    def spaces(self) -> dict[str, ContentSpace | None]:
        """The way from each encoder's vectors to the run's; None where the vectors are not kept any more."""
        return {name: self._space(name) for name in MODALITIES}

    def missing(self, item_num: int) -> bool:
        """Tell whether an answer needs the networks, which takes seconds."""
        return any(not path.exists() for path in self._files(item_num).values())

    def find(self, request: Request, item_num: int) -> Parts:
        """Say which region and which phrase carried the match of one shopper with one item.

        Parameters
        ----------
        request
            Who asks and when.
        item_num
            The item.

        Raises
        ------
        EncoderError
            If the child process fails.
        """
        files = self._files(item_num)
        absent = {name: path for name, path in files.items() if not path.exists()}
        if absent:
            self._encode(item_num, absent)
        notes: dict[str, str] = {}
        found = {name: self._judge(name, request, item_num, files.get(name), notes) for name in MODALITIES}
        phrases = split_phrases(text_of(self.model.catalogue, item_num))
        picture = next(iter(self.model.catalogue.images[item_num]), "")
        return Parts(picture, all_windows(), found["image"], phrases, found["text"], notes)

    def encoder(self, modality: str) -> str:
        """Reference by which the run's encoder is loaded; empty where the shop brought vectors of its own."""
        told = str(self.record.facts.get(f"{modality}_encoder", ""))
        if not told or told == SUPPLIED:
            return ""
        tuned = run_folder(self.paths, self.model.run_id) / ENCODER_FOLDER
        if modality == "image" and tuned.is_dir():
            return str(tuned)
        return str(self.record.config.get(f"{modality}_encoder", ""))

    def _id_of(self, modality: str) -> str:
        """Id of an encoder, safe as a folder's name."""
        return re.sub(r"[^A-Za-z0-9._-]", "_", str(self.record.facts[f"{modality}_encoder"]))

    def _files(self, item_num: int) -> dict[str, Path]:
        """Where the vectors of an item's parts are kept, by modality that can be asked."""
        files = {}
        keys = {
            "image": next(iter(self.model.catalogue.images[item_num]), ""),
            "text": text_key(text) if (text := text_of(self.model.catalogue, item_num)) else "",
        }
        for name, key in keys.items():
            if key and self.encoder(name) and isinstance(self.model.components.get(name), ContentComponent):
                files[name] = self.paths.occluded / self._id_of(name) / f"{key}.npy"
        return files

    def _encode(self, item_num: int, files: dict[str, Path]) -> None:
        """Ask the child for what is not kept yet."""
        job: dict[str, Any] = {}
        if "image" in files:
            picture = media_file(self.paths.media, self.model.catalogue.images[item_num][0])
            windows = [list(vars(region).values()) for region in all_windows()]
            job["image"] = {"encoder": self.encoder("image"), "picture": str(picture), "regions": windows}
        if "text" in files:
            text = text_of(self.model.catalogue, item_num)
            job["text"] = {"encoder": self.encoder("text"), "texts": [text, *leave_one_out(split_phrases(text))]}
        with tempfile.TemporaryDirectory(prefix="vitrine-") as name:
            folder = Path(name)
            (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
            _run(folder)
            for modality, path in files.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                beside = path.with_suffix(".new")
                beside.write_bytes((folder / f"{modality}.npy").read_bytes())
                beside.replace(path)

    def _judge(
        self, name: str, request: Request, item_num: int, path: Path | None, notes: dict[str, str]
    ) -> Carried | None:
        """What each part carries, or a note why that cannot be said."""
        if path is None:
            notes[name] = f"It has no {'picture' if name == 'image' else 'text'} that this run's encoder has read."
            return None
        terms, space = self.model.terms(request.history, request.at), self.spaces[name]
        term = terms.parts[terms.names.index(name)]
        if not isinstance(term, DotTerm) or term.silent[0]:
            notes[name] = "Her history says nothing in this sense, so there is no match to take apart."
            return None
        vectors: Floats = np.load(path, allow_pickle=False)
        if space is None or not np.isfinite(vectors[0]).all():
            notes[name] = "The vectors that this run learnt from are not kept any more; train again."
            return None
        if name == "image":
            vectors = self._among_others(vectors, item_num)
        return judge_parts(term, space, vectors)

    def _among_others(self, vectors: Floats, item_num: int) -> Floats:
        """An item with several pictures is their mean: the others stay as they are."""
        others = self.model.catalogue.images[item_num][1:]
        if not others:
            return vectors
        known, _ = self._cache("image", list(others))
        return mean_by_item(
            [[n, *range(len(vectors), len(vectors) + len(others))] for n in range(len(vectors))],
            np.vstack([vectors, known]),
        )

    def _space(self, name: str) -> ContentSpace | None:
        """Find the space of one modality from the kept vectors of the whole catalogue."""
        component = self.model.components.get(name)
        if not isinstance(component, ContentComponent) or not self.encoder(name):
            return None
        catalogue = self.model.catalogue
        if name == "text":
            texts = [text.strip() for text in catalogue.texts()]
            raw, _ = self._cache(name, [text_key(text) for text in texts])
        else:
            hashes = list(dict.fromkeys(h for pictures in catalogue.images for h in pictures))
            number = {h: n for n, h in enumerate(hashes)}
            raw = mean_by_item([[number[h] for h in own] for own in catalogue.images], self._cache(name, hashes)[0])
        return find_space(raw, component.arrays["content"], component.known)

    def _cache(self, name: str, keys: Sequence[str]) -> tuple[Floats, NDArray[np.bool_]]:
        """Vectors kept of some contents, NaN where unknown."""
        folder = self.paths.embeddings / self._id_of(name)
        shard = next(iter(sorted(folder.glob("*.npy"))), None)
        size = 1 if shard is None else int(np.load(shard, mmap_mode="r", allow_pickle=False).shape[1])
        return EmbeddingCache(self.paths.embeddings).read(_Known(folder.name, size), keys)


@dataclass(frozen=True)
class _Known:
    """Stands for an encoder whose vectors are read and which is never asked for new ones."""

    encoder_id: str
    embedding_size: int

    def encode(self, contents: Sequence[Any], progress: Any = None) -> Floats:
        """Refuse: this stand-in only names an encoder."""
        raise InputError(f"{self.encoder_id} is not loaded in this process.")


def text_of(catalogue: Catalogue, item_num: int) -> str:
    """Return what the text encoder reads of one item."""
    return Catalogue(catalogue.frame.iloc[[item_num]].reset_index(drop=True)).texts()[0].strip()


def _run(folder: Path) -> None:
    """Run the child on the job in a folder.

    Raises
    ------
    EncoderError
        If it fails or takes too long.
    """
    command = [sys.executable, "-m", "recsys.workflows.occlusion_worker", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False, cwd=_ROOT)
    except subprocess.TimeoutExpired as error:
        raise EncoderError(f"Looking at the parts took longer than {TIME_LIMIT_S:.0f} s and was given up.") from error
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit code {done.returncode}"
        raise EncoderError(f"The encoders of this run could not look at the parts ({last}). Train again.")


_ROOT = Path(__file__).resolve().parents[2]
