"""`python -m training.train`: learns vgg16-lite's weights from photos and drawn shirts.

It learns four things at once. Two views of one picture agree, and disagree with all others
(NT-Xent: Chen et al., SimCLR, 2020). Photos tell their category. Drawn shirts tell their design
(motif, texture, lettering, plain) and their fabric's colour. Every picture tells how much of each
colour its middle shows. All of them see the embedding as cosine does: its length does not count.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from tqdm import tqdm

from recommender.embedders.topology import VGG16_LITE
from training.augment import augmented
from training.colours import FAMILIES, colour_shares
from training.network import Network, save_weights, to_input
from training.pictures import DESIGNS, FABRICS, Photos, Shirts, draw_shirts, read_photos

# Pictures are kept a little larger than the network's input, for the cuts.
KEPT_SIDE = 144
PHOTOS_A_STEP, SHIRTS_A_STEP = 40, 24
HIGHEST_RATE, WEIGHT_DECAY = 3e-3, 0.05
SMOOTHING = 0.1
TEMPERATURE = 0.1
LENGTH = 16.0
WEIGHTS = {"views": 0.5, "category": 1.0, "design": 1.0, "fabric": 0.5, "colours": 0.5}
SHIRTS_SEED = 90_000  # the demo's own shirts are of another


class Heads(nn.Module):
    """What is asked of an embedding while the network learns; thrown away afterwards."""

    def __init__(self, dimension: int, categories: int) -> None:
        super().__init__()
        self.views = nn.Linear(dimension, 128)
        self.category = nn.Linear(dimension, categories)
        self.design = nn.Linear(dimension, len(DESIGNS))
        self.fabric = nn.Linear(dimension, len(FABRICS))
        self.colours = nn.Linear(dimension, len(FAMILIES))


@dataclass
class Batch:
    """Some photos, then some shirts: pixels (n, 3, s, s) uint8, and what is known of each."""

    pixels: torch.Tensor
    category: torch.Tensor
    design: torch.Tensor
    fabric: torch.Tensor
    colours: torch.Tensor


class Material:
    """All that is learnt from, in memory."""

    def __init__(self, photos: Photos, shirts: Shirts) -> None:
        chosen = ~photos.validation
        self.photos = _channels_first(photos.pixels[chosen])
        self.category = torch.from_numpy(photos.category[chosen])
        self.shirts = _channels_first(shirts.pixels)
        self.design = torch.from_numpy(shirts.design)
        self.fabric = torch.from_numpy(shirts.fabric)
        self.photo_colours = torch.from_numpy(colour_shares(photos.pixels[chosen]))
        self.shirt_colours = torch.from_numpy(colour_shares(shirts.pixels))

        if not self.steps():
            raise SystemExit(f"At least {PHOTOS_A_STEP} photos are needed to train on.")

    def steps(self) -> int:
        """How many batches show every photo once."""
        return len(self.photos) // PHOTOS_A_STEP

    def batches(self) -> Iterator[Batch]:
        """Every photo once, in random order, and as many shirts as go with them."""
        photos = torch.randperm(len(self.photos))
        shirts = torch.randint(len(self.shirts), (self.steps() * SHIRTS_A_STEP,))
        for step in range(self.steps()):
            p = photos[step * PHOTOS_A_STEP : (step + 1) * PHOTOS_A_STEP]
            s = shirts[step * SHIRTS_A_STEP : (step + 1) * SHIRTS_A_STEP]
            yield Batch(
                torch.cat([self.photos[p], self.shirts[s]]),
                self.category[p],
                self.design[s],
                self.fabric[s],
                torch.cat([self.photo_colours[p], self.shirt_colours[s]]),
            )


class Training:
    """The network, what it learns with, and how far it is; can be saved and gone on with."""

    def __init__(self, material: Material, categories: int, epochs: int, seed: int) -> None:
        torch.manual_seed(seed)
        self.material, self.epochs, self.seed = material, epochs, seed
        self.network = Network(VGG16_LITE).to(memory_format=torch.channels_last)
        self.heads = Heads(VGG16_LITE.dense[1], categories)
        learnt = [*self.network.parameters(), *self.heads.parameters()]
        self.optimizer = torch.optim.AdamW(learnt, HIGHEST_RATE, weight_decay=WEIGHT_DECAY)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, HIGHEST_RATE, total_steps=epochs * material.steps()
        )
        self.curve: list[dict[str, float]] = []

    def epoch(self) -> None:
        """Shows every photo once. Its randomness depends on the seed and its number only."""
        number = len(self.curve)
        torch.manual_seed(self.seed * 10_000 + number + 1)
        self.network.train()
        totals: dict[str, float] = dict.fromkeys(WEIGHTS, 0.0)
        began = time.perf_counter()
        title = f"Epoch {number + 1}/{self.epochs}"
        for batch in tqdm(
            self.material.batches(), title, self.material.steps(), leave=False, disable=None
        ):
            for name, loss in self._step(batch).items():
                totals[name] += loss / self.material.steps()
        self.curve.append(totals | {"seconds": time.perf_counter() - began})

    def _step(self, batch: Batch) -> dict[str, float]:
        pixels = torch.cat([augmented(batch.pixels, VGG16_LITE.side) for _ in range(2)])
        inputs = to_input(pixels).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            embeddings = self.network(inputs)
        losses = _losses(self.heads, embeddings.float(), batch)
        total = sum((WEIGHTS[name] * loss for name, loss in losses.items()), torch.zeros(()))
        self.optimizer.zero_grad()
        total.backward()
        self.optimizer.step()
        self.schedule.step()
        return {name: loss.item() for name, loss in losses.items()}

    def state(self) -> dict[str, Any]:
        parts = (self.network, self.heads, self.optimizer, self.schedule)
        return {"parts": [part.state_dict() for part in parts], "curve": self.curve}

    def go_on_from(self, state: dict[str, Any]) -> None:
        parts = (self.network, self.heads, self.optimizer, self.schedule)
        for part, saved in zip(parts, state["parts"], strict=True):
            part.load_state_dict(saved)
        self.curve = state["curve"]


def _losses(heads: Heads, embeddings: torch.Tensor, batch: Batch) -> dict[str, torch.Tensor]:
    """`embeddings` are those of two views of the batch, one after the other."""
    directions = LENGTH * F.normalize(embeddings)
    first, second = directions.chunk(2)
    photos = len(batch.category)
    of_photos = torch.cat([first[:photos], second[:photos]])
    of_shirts = torch.cat([first[photos:], second[photos:]])

    def told(head: nn.Linear, those: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(head(those), torch.cat([truth, truth]), label_smoothing=SMOOTHING)

    return {
        "views": _agreement(heads.views(first), heads.views(second)),
        "category": told(heads.category, of_photos, batch.category),
        "design": told(heads.design, of_shirts, batch.design),
        "fabric": told(heads.fabric, of_shirts, batch.fabric),
        "colours": F.cross_entropy(heads.colours(directions), torch.cat([batch.colours] * 2)),
    }


def _agreement(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """NT-Xent: each view must find its other view among all views of the batch."""
    views = F.normalize(torch.cat([first, second]))
    likeness = views @ views.T / TEMPERATURE
    likeness.fill_diagonal_(float("-inf"))
    n = len(first)
    return F.cross_entropy(likeness, torch.cat([torch.arange(n, 2 * n), torch.arange(n)]))


@torch.no_grad()
def category_precision(network: Network, photos: Photos) -> float:
    """Of the five nearest (cosine) of each validation photo among all photos: how many share
    its category, 0 to 1."""
    network.eval()
    pixels = _channels_first(photos.pixels)
    parts = []
    for start in range(0, len(pixels), 128):
        part = F.interpolate(
            pixels[start : start + 128].float(), VGG16_LITE.side, mode="bilinear", antialias=True
        )
        with torch.autocast("cpu", torch.bfloat16):
            parts.append(network(to_input(part).contiguous(memory_format=torch.channels_last)))
    embeddings = F.normalize(torch.cat(parts).float())
    queries = torch.from_numpy(np.flatnonzero(photos.validation))
    likeness = embeddings[queries] @ embeddings.T
    likeness[torch.arange(len(queries)), queries] = -2
    category = torch.from_numpy(photos.category)
    nearest = category[likeness.topk(5).indices]
    return (nearest == category[queries].unsqueeze(1)).float().mean().item()


def _channels_first(pixels: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous()


def save(training: Training, path: Path) -> None:
    unfinished = path.with_suffix(".part")
    torch.save(training.state(), unfinished)
    unfinished.replace(path)


def draw_curve(curve: list[dict[str, float]], path: Path) -> None:
    """The losses, and the precision where it was measured, over the epochs."""
    from matplotlib.figure import Figure

    figure = Figure((8, 4.5), layout="constrained")
    left = figure.subplots()
    epochs = range(1, len(curve) + 1)
    for name in WEIGHTS:
        left.plot(epochs, [point[name] for point in curve], label=name)
    left.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
    right = left.twinx()
    precisions = [point.get("precision", np.nan) for point in curve]
    right.plot(epochs, precisions, "k.", label="precision@5 by category")
    right.set(ylabel="precision@5 on validation photos", ylim=(0, 1))
    figure.legend(loc="outside lower center", ncols=3)
    figure.savefig(path, dpi=100)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("photos", type=Path, help="a folder of labelled photos")
    parser.add_argument("--shirts", type=int, default=6000, help="how many are drawn")
    parser.add_argument("--epochs", type=int, default=45)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", type=Path, default=Path("var/training"), help="kept between runs")
    parser.add_argument("--output", type=Path, help="default: vgg16-lite.safetensors in --work")
    parser.add_argument("--stop-after", type=int, metavar="EPOCHS", help="go on another time")
    parser.add_argument("--measure-every", type=int, default=5, metavar="EPOCHS")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    photos = read_photos(chosen.photos, KEPT_SIDE, chosen.work / "pictures")
    shirts = draw_shirts(
        SHIRTS_SEED + chosen.seed, chosen.shirts, KEPT_SIDE, chosen.work / "pictures"
    )
    training = Training(
        Material(photos, shirts), len(photos.categories), chosen.epochs, chosen.seed
    )
    run = f"seed-{chosen.seed}-epochs-{chosen.epochs}-shirts-{chosen.shirts}"
    checkpoint = chosen.work / f"{run}.checkpoint"
    if checkpoint.exists():
        training.go_on_from(torch.load(checkpoint))
        print(f"Going on after epoch {len(training.curve)}.")
    last = min(chosen.epochs, chosen.stop_after or chosen.epochs)
    while len(training.curve) < last:
        training.epoch()
        number = len(training.curve)
        due = number % chosen.measure_every == 0 or number in (1, chosen.epochs)
        if due and photos.validation.any():
            training.curve[-1]["precision"] = category_precision(training.network, photos)
        save(training, checkpoint)
        shown = " ".join(f"{name} {value:.3f}" for name, value in training.curve[-1].items())
        print(f"{number}/{chosen.epochs} {shown}", flush=True)
    if last < chosen.epochs:
        return
    output = chosen.output or chosen.work / "vgg16-lite.safetensors"
    settings = {"seed": chosen.seed, "epochs": chosen.epochs, "shirts": chosen.shirts}
    save_weights(training.network, output, {"network": "vgg16-lite", "run": json.dumps(settings)})
    draw_curve(training.curve, output.with_suffix(".png"))
    print(f"{output}: {output.stat().st_size / 1e6:.1f} MB. Now: python -m training.evaluate")


if __name__ == "__main__":
    main()
