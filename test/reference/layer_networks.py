"""Whole networks of PyTorch: their state dicts as safetensors files, and what they answer."""

import os

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from golden import encode, generator


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 6, 3, groups=2, bias=False), nn.BatchNorm2d(6), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3),
    )


def mlp():
    return nn.Sequential(
        nn.Linear(6, 8), nn.LayerNorm(8), nn.Tanh(), nn.Dropout(0.5),
        nn.Linear(8, 8), nn.BatchNorm1d(8), nn.Sigmoid(), nn.Linear(8, 2),
    )


def autoencoder():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.ReLU(),
        nn.Conv2d(4, 6, 3, stride=2, padding=1), nn.GroupNorm(2, 6), nn.ReLU(),
        nn.ConvTranspose2d(6, 4, 3, stride=2, padding=1, output_padding=1), nn.ReLU(),
        nn.ConvTranspose2d(4, 1, 2, stride=2), nn.Sigmoid(),
    )


def words():
    return nn.Sequential(nn.Embedding(10, 4, padding_idx=0), nn.Flatten(), nn.Linear(20, 3))


def sharpener():
    return nn.Sequential(
        nn.Conv2d(2, 8, 3, padding="same", padding_mode="reflect"), nn.InstanceNorm2d(8, affine=True), nn.ReLU(),
        nn.PixelShuffle(2), nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(2, 1, 1),
    )


def images(*shape):
    return generator("network", shape).uniform(-1, 1, shape).astype(np.float32)


NETWORKS = [
    ("cnn", cnn, images(3, 1, 8, 8)),
    ("mlp", mlp, images(5, 6)),
    ("autoencoder", autoencoder, images(2, 1, 8, 8)),
    ("words", words, np.array([[1, 2, 0, 4, 9], [3, 0, 0, 7, 1]], np.int32)),
    ("sharpener", sharpener, images(1, 2, 4, 5)),
]


def write(book, folder):
    os.makedirs(folder, exist_ok=True)
    for seed, (name, make, x) in enumerate(NETWORKS):
        torch.manual_seed(seed)
        model = make()
        # Some steps of training, so that running statistics are not what they begin as.
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        given = torch.from_numpy(x.astype(np.int64) if x.dtype == np.int32 else x)
        for _ in range(3):
            optimizer.zero_grad()
            model(given).square().mean().backward()
            optimizer.step()
        save_file(model.state_dict(), os.path.join(folder, name + ".safetensors"))
        exact = make().double()
        exact.load_state_dict(model.state_dict())
        exact.eval()
        with torch.no_grad():
            y = exact(given.double() if given.dtype.is_floating_point else given)
        book.append(name, [x], {}, "", {"value": encode(y.numpy().astype(np.float32))})
