"""Makes the weights anew: `python -m extractor.tagger.cells.train --seed 1 --out weights.npz`.

Needs the extra `train` (torch). The grids are synthetic and endless (`extractor.tagger.cells.synthesis`), the number of
steps is fixed, and everything random hangs on the seed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from extractor.tagger.cells.grids import LOOKS, PLACES, letters, looks, places
from extractor.tagger.cells.network import HEADS, LAYERS, NEAR, buckets
from extractor.tagger.cells.roles import ROLES, other
from extractor.tagger.cells.synthesis import Sample, samples
from extractor.tagger.network import encode
from extractor.tagger.train import rate
from extractor.tagger.vocabulary import CLASSES, IDEOGRAPH, UNKNOWN_IDEOGRAPH, classes

STEPS = 5000
LENGTHS = (8, 16, 48)
"""Texts are padded to one of these lengths."""
PLACES_A_STEP = 4_000
"""Places of grids in one step, padding included."""
CHANNELS, SIZE, WIDE = 64, 80, 160
_EMBEDDING, _KIND = 32, 8
_RATE, _DECAY = 2e-3, 0.01
_POOL = 256
_BLANK = other("blank")
_OF_BLANKS = 0.1
"""What a blank cell weighs beside another."""
_STARTS = 2.0


class Batch(NamedTuple):
    """Grids of like size: `texts` numbers of characters by length with the texts that they belong to, `cells` the text
    of each cell; `at` (grids, rows, columns) indexes cells."""

    texts: list[tuple[NDArray[np.int64], NDArray[np.int64]]]
    looks: NDArray[np.float32]
    cells: NDArray[np.int64]
    places: NDArray[np.float32]
    at: NDArray[np.int64]
    kinds: NDArray[np.int64]
    roles: NDArray[np.int64]
    starts: NDArray[np.float32]


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(SIZE)
        self.into = nn.Linear(SIZE, 3 * SIZE)
        self.out = nn.Linear(SIZE, SIZE)
        self.near = nn.Parameter(torch.zeros(HEADS, 2 * NEAR + 1))

    def forward(self, state: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
        """Along the last but one axis of (lines, length, SIZE)."""
        lines, length, _ = state.shape
        made = self.into(self.norm(state)).view(lines, length, 3, HEADS, SIZE // HEADS)
        query, key, held = made.permute(2, 0, 3, 1, 4)
        bias = self.near[:, torch.from_numpy(buckets(length)).long()]
        mask = bias.unsqueeze(0) + torch.where(inside, 0.0, -1e9)[:, None, None, :]
        joined = nn.functional.scaled_dot_product_attention(query, key, held, attn_mask=mask)
        return self.out(joined.transpose(1, 2).reshape(lines, length, SIZE))

    def weights(self) -> dict[str, torch.Tensor]:
        return {**_folded("into", self.norm, self.into), **_linear("out", self.out), "near": self.near}


def _linear(name: str, layer: nn.Linear) -> dict[str, torch.Tensor]:
    return {name: layer.weight.T, f"{name}_bias": layer.bias}


def _folded(name: str, norm: nn.LayerNorm, layer: nn.Linear) -> dict[str, torch.Tensor]:
    """A linear map with the scale and shift of the norm before it."""
    return {name: (layer.weight * norm.weight).T, f"{name}_bias": layer.bias + layer.weight @ norm.bias}


class Reader(nn.Module):
    """The network of `extractor.tagger.cells.network`, to be trained."""

    def __init__(self) -> None:
        super().__init__()
        kinds = classes()
        self.characters = nn.Embedding(len(kinds), _EMBEDDING)
        self.kinds = nn.Embedding(CLASSES, _KIND)
        self.register_buffer("kind_of", torch.tensor(kinds))
        self.first = nn.Linear(3 * (_EMBEDDING + _KIND), CHANNELS)
        self.second = nn.Linear(3 * CHANNELS, CHANNELS)
        self.cell = nn.Linear(2 * CHANNELS + LOOKS + PLACES, SIZE)
        self.covers = nn.Embedding(4, SIZE)
        self.across = nn.ModuleList(Attention() for _ in range(LAYERS))
        self.down = nn.ModuleList(Attention() for _ in range(LAYERS))
        self.norms = nn.ModuleList(nn.LayerNorm(SIZE) for _ in range(LAYERS))
        self.wide = nn.ModuleList(nn.Linear(SIZE, WIDE) for _ in range(LAYERS))
        self.narrow = nn.ModuleList(nn.Linear(WIDE, SIZE) for _ in range(LAYERS))
        self.norm = nn.LayerNorm(SIZE)
        self.role = nn.Linear(SIZE, len(ROLES))
        self.start = nn.Linear(SIZE, 1)
        self.drop = nn.Dropout(0.1)

    def forward(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores of the roles (cells, ROLES) and of the beginnings (grids, rows)."""
        shown = torch.from_numpy(batch.looks)
        pooled = torch.zeros(len(shown), 2 * CHANNELS)
        for numbers, which in batch.texts:
            pooled = pooled.index_copy(0, torch.from_numpy(which), self._pooled(torch.from_numpy(numbers)))
        said = torch.cat([pooled, shown], dim=1)[torch.from_numpy(batch.cells)]
        cell = torch.relu(self.cell(torch.cat([said, torch.from_numpy(batch.places)], dim=1)))
        at, kinds = torch.from_numpy(batch.at), torch.from_numpy(batch.kinds)
        inside = at >= 0
        shape = inside.unsqueeze(3)
        state = (self.drop(cell)[at.clamp(min=0)] + self.covers(kinds)) * shape
        grids, rows, columns = at.shape
        flat = inside.flatten(0, 1)
        turned = inside.transpose(1, 2).flatten(0, 1)
        for across, down, norm, wide, narrow in zip(
            self.across, self.down, self.norms, self.wide, self.narrow, strict=True
        ):
            state = state + self.drop(across(state.flatten(0, 1), flat)).view(grids, rows, columns, SIZE)
            seen = down(state.transpose(1, 2).flatten(0, 1), turned).view(grids, columns, rows, SIZE)
            state = state + self.drop(seen.transpose(1, 2))
            state = state + self.drop(narrow(torch.relu(wide(norm(state)))))
        state = self.norm(state) * shape
        held = at[inside]
        sums = torch.zeros(len(cell), SIZE).index_add(0, held, state[inside])
        covered = torch.bincount(held, minlength=len(cell)).clamp(min=1)
        line = state.sum(dim=2) / inside.sum(dim=2).clamp(min=1).unsqueeze(2)
        return self.role(sums / covered.unsqueeze(1)), self.start(line).squeeze(2)

    def _pooled(self, numbers: torch.Tensor) -> torch.Tensor:
        """Maximum and mean over the characters of padded texts; -1 is no character."""
        inside = (numbers >= 0).unsqueeze(2)
        known = numbers.clamp(min=0)
        state = torch.cat([self.characters(known), self.kinds(self.kind_of[known])], dim=2) * inside
        for step in (self.first, self.second):
            padded = nn.functional.pad(state, (0, 0, 1, 1))
            near = torch.cat([padded[:, :-2], padded[:, 1:-1], padded[:, 2:]], dim=2)
            state = torch.relu(step(near)) * inside
        return torch.cat([state.amax(dim=1), state.sum(dim=1) / inside.sum(dim=1)], dim=1)

    def weights(self) -> dict[str, NDArray[np.float16]]:
        """As the run time wants them: norms folded into the maps behind them, half precision."""
        # The last norm's scale is folded too; a blank place is nought before the mean, so its shift must be kept.
        scale, shift = self.norm.weight, self.norm.bias
        arrays: dict[str, torch.Tensor] = {
            "characters": self.characters.weight,
            "kinds": self.kinds.weight,
            **_linear("first", self.first),
            **_linear("second", self.second),
            **_linear("cell", self.cell),
            "covers": self.covers.weight,
            "role": (self.role.weight * scale).T,
            "role_bias": self.role.bias + self.role.weight @ shift,
            "start": (self.start.weight * scale).T,
            "start_bias": self.start.bias + self.start.weight @ shift,
        }
        for at in range(LAYERS):
            for name, attention in (("across", self.across[at]), ("down", self.down[at])):
                arrays |= {f"{name}_{at}_{part}": array for part, array in attention.weights().items()}
            arrays |= _folded(f"wide_{at}", self.norms[at], self.wide[at])
            arrays |= _linear(f"narrow_{at}", self.narrow[at])
        return {name: array.detach().numpy().astype(np.float16) for name, array in arrays.items()}


def _masked(sample: Sample, generator: np.random.Generator) -> list[NDArray[np.int64]]:
    """Numbers of the characters of each cell; in some grids a share of the ideographs is hidden, labels above all."""
    kinds = np.array(classes())
    share = generator.random() * 0.7 if generator.random() < 0.4 else 0.0
    found = []
    for cell in sample.grid.cells:
        numbers = encode(letters(cell.text)).astype(np.int64)
        if share and numbers.size:
            hidden = (generator.random(len(numbers)) < share) & (kinds[numbers] == IDEOGRAPH)
            numbers[hidden] = UNKNOWN_IDEOGRAPH
        found.append(numbers)
    return found


class _Held(NamedTuple):
    sample: Sample
    letters: list[NDArray[np.int64]]


def batches(seed: int) -> Iterator[Batch]:
    """Batches of grids of like size, in random order."""
    generator = np.random.default_rng(seed)
    made = (_Held(sample, _masked(sample, generator)) for sample in samples(seed) if sample.grid.at.size)
    order = random.Random(seed)
    while True:
        pool = sorted(islice(made, _POOL), key=lambda one: one.sample.grid.at.shape)
        groups: list[list[_Held]] = []
        held: list[_Held] = []
        for one in pool:
            shapes = [each.sample.grid.at.shape for each in (*held, one)]
            room = len(shapes) * max(rows for rows, _ in shapes) * max(columns for _, columns in shapes)
            if held and room > PLACES_A_STEP:
                groups.append(held)
                held = []
            held.append(one)
        groups.append(held)
        order.shuffle(groups)
        for group in groups:
            yield _batch(group)


def _batch(group: list[_Held]) -> Batch:
    rows = max(one.sample.grid.at.shape[0] for one in group)
    columns = max(one.sample.grid.at.shape[1] for one in group)
    at = np.full((len(group), rows, columns), -1, np.int64)
    kinds = np.full((len(group), rows, columns), 3, np.int64)
    starts = np.full((len(group), rows), -1.0, np.float32)
    known: dict[bytes, int] = {}
    texts: list[NDArray[np.int64]] = []
    shown: list[tuple[float, ...]] = []
    cells: list[int] = []
    roles: list[int] = []
    where = []
    for index, one in enumerate(group):
        grid = one.sample.grid
        height, width = grid.at.shape
        at[index, :height, :width] = np.where(grid.at >= 0, grid.at + len(cells), -1)
        kinds[index, :height, :width] = grid.kinds
        starts[index, :height] = one.sample.starts
        where.append(places(grid.at, grid.kinds, len(grid.cells)))
        for cell, numbers in zip(grid.cells, one.letters, strict=True):
            look = looks(cell.text)
            key = numbers.tobytes() + repr(look).encode()
            if key not in known:
                known[key] = len(texts)
                texts.append(numbers)
                shown.append(look)
            cells.append(known[key])
        roles += one.sample.roles
    padded = []
    shortest = 0
    for length in LENGTHS:
        some = [index for index, numbers in enumerate(texts) if shortest < len(numbers) <= length]
        shortest = length
        if some:
            array = np.full((len(some), length), -1, np.int64)
            for row, index in enumerate(some):
                array[row, : len(texts[index])] = texts[index]
            padded.append((array, np.array(some, np.int64)))
    return Batch(
        padded,
        np.array(shown, np.float32),
        np.array(cells, np.int64),
        np.concatenate(where),
        at,
        kinds,
        np.array(roles, np.int64),
        starts,
    )


def _produce(seed: int, queue: Any) -> None:
    for batch in batches(seed):
        queue.put(batch)


def _loss(model: Reader, batch: Batch) -> tuple[torch.Tensor, float]:
    """The loss, and the share of cells with text whose role is right."""
    scores, begins = model(batch)
    roles = torch.from_numpy(batch.roles)
    weights = torch.where(roles == _BLANK, _OF_BLANKS, 1.0)
    each = nn.functional.cross_entropy(scores, roles, reduction="none")
    loss = (each * weights).sum() / weights.sum()
    starts = torch.from_numpy(batch.starts)
    known = starts >= 0
    loss = loss + _STARTS * nn.functional.binary_cross_entropy_with_logits(begins[known], starts[known])
    right = (scores.argmax(dim=1) == roles)[roles != _BLANK]
    return loss, float(right.float().mean())


def train(seed: int, steps: int, report: Any = print) -> Reader:
    """A trained network; `report` is told about the progress."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    model = Reader()
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=_DECAY)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(step, steps))
    context = multiprocessing.get_context("spawn")
    queue = context.Queue(maxsize=32)
    producer = context.Process(target=_produce, args=(seed, queue), daemon=True)
    producer.start()
    started, losses, rights = time.monotonic(), 0.0, 0.0
    for step in count(1):
        loss, right = _loss(model, queue.get())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses += loss.item()
        rights += right
        if step % 100 == 0:
            seconds = time.monotonic() - started
            report(f"step {step} loss {losses / 100:.4f} right {rights:.2f} % {seconds:.0f} s", flush=True)
            losses = rights = 0.0
        if step == steps:
            break
    producer.terminate()
    model.eval()
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    model = train(given.seed, given.steps)
    from extractor.tagger.cells.weights import save

    print(save(given.out, model.weights()))


if __name__ == "__main__":
    main()
