"""Makes the weights anew: `python -m extractor.tagger.train --seed 1 --out weights.npz`.

Needs the extra `train` (torch). The text is synthetic and endless (`extractor.tagger.synthesis`), the
number of steps is fixed, and everything random hangs on the seed: the same versions on the same kind of
machine give the same weights, other machines the same figures.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import random
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from extractor.tagger.labels import TAGS
from extractor.tagger.network import DILATIONS, MEAN_BEFORE, encode
from extractor.tagger.synthesis import samples
from extractor.tagger.vocabulary import CLASSES, IDEOGRAPH, UNKNOWN_IDEOGRAPH, classes

STEPS = 4000
BATCH = 12_288
"""Characters in one step, padding included."""
CHANNELS = 64
_EMBEDDING, _KIND = 40, 12
_RATE, _WARM_UP, _DECAY = 3e-3, 200, 0.01
_POOL = 384
"""Samples sorted by length at a time, so that little of a batch is padding."""
_PAD = -100
_MOST_MASKED = 0.5


class Tagger(nn.Module):
    """The network of `extractor.tagger.network`, to be trained."""

    def __init__(self) -> None:
        super().__init__()
        kinds = classes()
        self.characters = nn.Embedding(len(kinds), _EMBEDDING)
        self.kinds = nn.Embedding(CLASSES, _KIND)
        self.register_buffer("kind_of", torch.tensor(kinds))
        self.input = nn.Linear(_EMBEDDING + _KIND, CHANNELS)
        self.kernels = nn.ModuleList(nn.Linear(3 * CHANNELS, CHANNELS, bias=False) for _ in DILATIONS)
        self.norms = nn.ModuleList(nn.BatchNorm1d(CHANNELS) for _ in DILATIONS)
        self.mean = nn.Linear(CHANNELS, CHANNELS, bias=False)
        self.output = nn.Linear(CHANNELS, TAGS)

    def forward(self, numbers: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Scores (texts, length, tags) of padded texts; `mask` is 1 where there is a character."""
        embedded = torch.cat([self.characters(numbers), self.kinds(self.kind_of[numbers])], dim=2)
        inside = mask.unsqueeze(2)
        state = self.input(embedded) * inside
        for at, (kernel, norm) in enumerate(zip(self.kernels, self.norms, strict=True)):
            if at == MEAN_BEFORE:
                mean = state.sum(dim=1) / mask.sum(dim=1, keepdim=True)
                state = (state + self.mean(mean).unsqueeze(1)) * inside
            new = norm(kernel(_neighbours(state, DILATIONS[at])).flatten(0, 1))
            state = state + torch.relu(new).unflatten(0, mask.shape) * inside
        return self.output(state)

    def weights(self) -> dict[str, NDArray[np.float16]]:
        """As the run time wants them: batch norm folded into the convolutions, half precision."""
        arrays: dict[str, torch.Tensor] = {
            "characters": self.characters.weight,
            "kinds": self.kinds.weight,
            "input": self.input.weight.T,
            "input_bias": self.input.bias,
            "mean": self.mean.weight.T,
            "output": self.output.weight.T,
            "output_bias": self.output.bias,
        }
        for at, (kernel, norm) in enumerate(zip(self.kernels, self.norms, strict=True)):
            scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            arrays[f"kernel_{at}"] = (kernel.weight.T * scale).unflatten(0, (3, CHANNELS))
            arrays[f"bias_{at}"] = norm.bias - norm.running_mean * scale
        return {name: array.detach().numpy().astype(np.float16) for name, array in arrays.items()}


def _neighbours(state: torch.Tensor, dilation: int) -> torch.Tensor:
    """Left neighbour, self and right neighbour of every character, side by side; nothing beyond the ends."""
    length = state.shape[1]
    padded = nn.functional.pad(state, (0, 0, dilation, dilation))
    return torch.cat([padded[:, :length], state, padded[:, 2 * dilation :]], dim=2)


def _texts(seed: int) -> Iterator[tuple[NDArray[np.uint16], NDArray[np.uint8]]]:
    """Encoded samples; in some of them a share of the ideographs is masked, so that structure counts."""
    kinds = np.array(classes())
    generator = np.random.default_rng(seed)
    for sample in samples(seed):
        numbers = encode(sample.text)
        if generator.random() < 0.5:
            share = generator.random() * _MOST_MASKED
            hidden = (generator.random(len(numbers)) < share) & (kinds[numbers] == IDEOGRAPH)
            numbers[hidden] = UNKNOWN_IDEOGRAPH
        yield numbers, np.frombuffer(sample.tags, dtype=np.uint8)


Batch = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]


def batches(seed: int) -> Iterator[Batch]:
    """Padded batches of texts of like length, in random order."""
    texts = _texts(seed)
    order = random.Random(seed)
    while True:
        pool = sorted(islice(texts, _POOL), key=lambda text: len(text[0]))
        made: list[Batch] = []
        held: list[tuple[NDArray[np.uint16], NDArray[np.uint8]]] = []
        for text in pool:
            if held and (len(held) + 1) * len(text[0]) > BATCH:
                made.append(_padded(held))
                held = []
            held.append(text)
        made.append(_padded(held))
        order.shuffle(made)
        yield from made


def _padded(texts: list[tuple[NDArray[np.uint16], NDArray[np.uint8]]]) -> Batch:
    shape = len(texts), max(len(numbers) for numbers, _ in texts)
    numbers, tags, mask = np.zeros(shape, np.int64), np.full(shape, _PAD, np.int64), np.zeros(shape, np.float32)
    for row, (text, labels) in enumerate(texts):
        numbers[row, : len(text)], tags[row, : len(text)], mask[row, : len(text)] = text, labels, 1.0
    return numbers, tags, mask


def _produce(seed: int, queue: Any) -> None:
    for batch in batches(seed):
        queue.put(batch)


def train(seed: int, steps: int, report: Any = print) -> Tagger:
    """A trained network; `report` is told about the progress."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)  # two processes that wait for each other's threads are slower than one
    model = Tagger()
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=_DECAY)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(step, steps))
    loss_of = nn.CrossEntropyLoss(ignore_index=_PAD)
    context = multiprocessing.get_context("spawn")
    queue = context.Queue(maxsize=64)
    producer = context.Process(target=_produce, args=(seed, queue), daemon=True)
    producer.start()
    started, seen, losses = time.monotonic(), 0, 0.0
    for step in count(1):
        numbers, tags, mask = (torch.from_numpy(part) for part in queue.get())
        loss = loss_of(model(numbers, mask).flatten(0, 1), tags.flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        seen += int(mask.sum())
        losses += loss.item()
        if step % 100 == 0:
            seconds = time.monotonic() - started
            report(f"step {step} loss {losses / 100:.4f} {seen / 1e6:.1f} million characters {seconds:.0f} s")
            losses = 0.0
        if step == steps:
            break
    producer.terminate()
    model.eval()
    return model


def rate(step: int, steps: int) -> float:
    """Share of the full learning rate: a linear start, then half a cosine down to nothing."""
    if step < _WARM_UP:
        return (step + 1) / _WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (step - _WARM_UP) / max(1, steps - _WARM_UP)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    model = train(given.seed, given.steps)
    from extractor.tagger.weights import save

    print(save(given.out, model.weights()))


if __name__ == "__main__":
    main()
