"""Does the catalogue doctor find faults, and only faults? 100 planted into a copy of a shop, recall and precision.

    python benchmarks/doctor.py --shop data/var/demo [--part test] [--faults 100] [--rounds 5] [--out FILE]

The shop is cut in two by a hash of the item id. Thresholds were chosen with `--part tune`; `--part test` is reported.
Each half is examined as a shop of its own, first as it is, then with the faults in it (one round = other seeds).

    recall      planted faults that a check names rightly, of all planted
    precision   right findings of all findings that the faults brought: findings the half had before are left out, as
                for a person who has dealt with them
    strict      the same with every standing finding counted as wrong; fair only where the shop was clean before
"""

import argparse
import hashlib
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _doctor_faults import ACCEPTED, Planted, plant
from numpy.typing import NDArray
from PIL import Image

from recsys.data.catalogue import Catalogue
from recsys.data.media import media_file
from recsys.data.snapshot import latest_snapshot, load_snapshot
from recsys.doctor.config import DoctorConfig
from recsys.doctor.examine import examine
from recsys.doctor.pictures import MEASURES, colours, measure, shrink, thumb
from recsys.doctor.record import PictureTable, ShopRecord
from recsys.settings import ShopPaths
from recsys.training.live import live_pointer
from recsys.training.run_files import run_folder, show_run
from recsys.workflows.doctor_pictures import measure_pictures, picture_vectors

Vectors = NDArray[np.float32]


class Shop:
    """A real shop, read once."""

    def __init__(self, paths: ShopPaths, work: Path) -> None:
        folder = latest_snapshot(paths)
        if folder is None:
            raise SystemExit(f"{paths.root} has no data.")
        self.paths = paths
        self.frame = pd.read_parquet(load_snapshot(folder, verify=False).catalogue)
        catalogue = Catalogue(self.frame)
        run_id = str(live_pointer(paths)["run_id"])
        vectors = picture_vectors(paths, catalogue, str(show_run(paths, run_id).facts["image_encoder"]))
        table = measure_pictures(paths, catalogue, work, lambda *_, **__: None)
        if vectors is None or table is None:
            raise SystemExit(f"{paths.root} has no pictures, or no run that encoded them.")
        self.table, self.vectors = table, dict(zip(catalogue.item_ids, vectors, strict=True))
        self.size = vectors.shape[1]
        self.encoder_folder = run_folder(paths, run_id) / "image_encoder"

    def half(self, tune: bool) -> pd.DataFrame:
        """Rows of one half, by a hash of the id."""
        odd = [hashlib.sha256(str(i).encode()).digest()[0] % 2 == 1 for i in self.frame["item_id"]]
        return self.frame[np.array(odd) == tune].reset_index(drop=True)

    def open_picture(self, name: str) -> Image.Image:
        """One stored picture."""
        with Image.open(media_file(self.paths.media, name)) as image:
            return image.convert("RGB")

    def encode(self, images: list[Image.Image]) -> Vectors:
        """Vectors of new pictures by the run's own encoder."""
        from recsys.encoders.image.tuned import load

        return load(str(self.encoder_folder), "cpu").encode(images)

    def record(self, frame: pd.DataFrame, pictures: dict[str, Image.Image], config: DoctorConfig) -> ShopRecord:
        """What the doctor sees of a half, with new pictures measured and encoded as an import would."""
        table, fresh = (
            self.table,
            dict(zip(pictures, self.encode(list(pictures.values())), strict=True)) if pictures else {},
        )
        if pictures:
            small = {name: shrink(image) for name, image in pictures.items()}
            rows = [vars(measure(image, max(pictures[name].size))) for name, image in small.items()]
            table = PictureTable(
                np.concatenate([table.hashes, np.array(list(pictures), dtype=object)]),
                pd.concat([table.measures, pd.DataFrame(rows)[list(MEASURES)]], ignore_index=True),
                np.concatenate([table.thumbs, np.stack([thumb(image) for image in small.values()])]),
                np.concatenate([table.colours, np.stack([colours(image) for image in small.values()])]),
            )
        lead = {
            str(images[0]): item
            for item, images in zip(self.frame["item_id"], self.frame["images"], strict=True)
            if len(images)
        }
        nothing = np.full(self.size, np.nan, np.float32)

        def vector(item_id: str, images: Any) -> Vectors:
            if not len(images):
                return nothing
            if images[0] in fresh:
                return fresh[images[0]]
            own = self.vectors.get(item_id)
            return (
                own if own is not None and lead.get(str(images[0])) == item_id else self.vectors[lead[str(images[0])]]
            )

        vectors = np.stack([vector(i, p) for i, p in zip(frame["item_id"], frame["images"], strict=True)])
        return ShopRecord(Catalogue(frame), table, vectors, config)


def judge(shop: Shop, tune: bool, n: int, seed: int, config: DoctorConfig) -> dict[str, Any]:
    """One round: examine, plant, examine again."""
    frame = shop.half(tune)
    record = shop.record(frame, {}, config)
    standing = {f.key(str(record.catalogue.item_ids[f.item_num])): f.check for f in examine(record).findings}
    planted = Planted(frame.copy(), shop.half(not tune), shop.open_picture, np.random.default_rng(seed))
    plant(planted, n)
    started = time.perf_counter()
    record = shop.record(planted.frame, planted.pictures, config)
    findings = examine(record).findings
    elapsed = time.perf_counter() - started
    ids = record.catalogue.item_ids
    named: dict[str, set[str]] = {}
    wrong, wrong_strict, right = Counter(), Counter(), Counter()
    for finding in findings:
        item = str(ids[finding.item_num])
        kind = planted.truth.get(item)
        if kind is not None and finding.check in ACCEPTED[kind]:
            named.setdefault(item.removesuffix("-B"), set()).add(finding.check)
            right[finding.check] += 1
            continue
        wrong_strict[finding.check] += 1
        wrong[finding.check] += finding.key(item) not in standing
    found = Counter(kind for item, kind in planted.truth.items() if not item.endswith("-B") and item in named)
    missed = [f"{kind} {item}" for item, kind in planted.truth.items() if not item.endswith("-B") and item not in named]
    found = Counter({kind: min(count, planted.n_planted[kind]) for kind, count in found.items()})
    return {
        "planted": planted.n_planted, "found": dict(found), "right": dict(right), "wrong": dict(wrong),
        "wrong_strict": dict(wrong_strict), "standing": dict(Counter(standing.values())), "missed": missed,
        "n_items": len(planted.frame), "elapsed_s": round(elapsed, 1),
    }  # fmt: skip


def summarise(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Sum the rounds, per kind and over all."""
    keys = ("planted", "found", "right", "wrong", "wrong_strict")
    total = {key: sum((Counter(r[key]) for r in rounds), Counter()) for key in keys}
    standing = Counter(rounds[0]["standing"])
    rows = {name: _row(*(total[key][name] for key in keys), standing[name]) for name in ACCEPTED}
    return rows | {"all": _row(*(total[key].total() for key in keys), standing.total())}


def _row(planted: int, found: int, right: int, wrong: int, wrong_strict: int, standing: int) -> dict[str, Any]:
    return {
        "planted": planted,
        "found": found,
        "recall": _share(found, planted),
        "right": right,
        "wrong": wrong,
        "precision": _share(right, right + wrong),
        "strict": _share(right, right + wrong_strict),
        "standing": standing,
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def as_table(rows: dict[str, Any]) -> str:
    """Markdown for docs/doctor.md."""
    lines = [
        "| Fault | planted | found | recall | right | wrong | precision | standing before |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, row in rows.items():
        shown = ["–" if row[key] is None else f"{100 * row[key]:.0f} %" for key in ("recall", "precision")]
        lines.append(
            f"| {name.replace('_', ' ')} | {row['planted']} | {row['found']} | {shown[0]} | {row['right']} | "
            f"{row['wrong']} | {shown[1]} | {row['standing']} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shop", type=Path, required=True)
    parser.add_argument("--part", choices=["tune", "test"], default="test")
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=Path("data/var/doctor_benchmark"))
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="Other thresholds, to tune.")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    config = DoctorConfig(**{name: float(value) for name, value in (pair.split("=") for pair in arguments.set)})  # type: ignore[arg-type]
    shop = Shop(ShopPaths(arguments.shop), arguments.work / arguments.shop.resolve().name)
    rounds = [judge(shop, arguments.part == "tune", arguments.faults, seed, config) for seed in range(arguments.rounds)]
    rows = summarise(rounds)
    print(as_table(rows))
    print("strict precision", rows["all"]["strict"], "| seconds", [r["elapsed_s"] for r in rounds])
    for missed, count in Counter(m.split()[0] for r in rounds for m in r["missed"]).most_common():
        print("missed", missed, count)
    if arguments.out:
        arguments.out.write_text(json.dumps({"part": arguments.part, "summary": rows, "rounds": rounds}, indent=1))


if __name__ == "__main__":
    main()
