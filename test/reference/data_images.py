"""
Makes test/data/images.golden.json: pictures turned about their centre, by NumPy, in float64.

    pip install numpy torch
    python3 test/reference/data_images.py

Bilinear as the docstring of rotateImages states it. PyTorch's grid_sample, which takes another road to the same
numbers, is asked too where the pictures have no fill.
"""
import json
import os

import numpy as np
import torch

random = np.random.Generator(np.random.PCG64(20240607))


def places(height, width, degrees):
    angle = np.deg2rad(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    dy = np.arange(height)[:, None] - (height - 1) / 2
    dx = np.arange(width)[None, :] - (width - 1) / 2
    return sin * dx + cos * dy + (height - 1) / 2, cos * dx - sin * dy + (width - 1) / 2


def pick(picture, rows, columns, fill):
    height, width = picture.shape
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    found = picture[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]
    return np.where(inside, found, fill)


def bilinear(picture, degrees, fill):
    y, x = places(*picture.shape, degrees)
    top, left = np.floor(y).astype(int), np.floor(x).astype(int)
    down, right = y - top, x - left
    result = np.zeros_like(picture)
    for row, high in ((top, 1 - down), (top + 1, down)):
        for column, wide in ((left, 1 - right), (left + 1, right)):
            result += high * wide * pick(picture, row, column, fill)
    return result


def nearest(picture, degrees, fill):
    y, x = places(*picture.shape, degrees)
    return pick(picture, np.floor(y + 0.5).astype(int), np.floor(x + 0.5).astype(int), fill)


def torch_bilinear(picture, degrees):
    height, width = picture.shape
    y, x = places(height, width, degrees)
    scale = lambda place, size: 2 * place / (size - 1) - 1
    grid = torch.tensor(np.stack([scale(x, width), scale(y, height)], -1))[None]
    image = torch.tensor(picture)[None, None]
    return torch.nn.functional.grid_sample(image, grid, align_corners=True)[0, 0].numpy()


cases = []
for shape, degrees, fill, how in [
    ((1, 1, 5, 5), [30.0], 0, "bilinear"),
    ((3, 1, 6, 6), [10.0, -25.0, 200.0], 0, "bilinear"),
    ((2, 3, 4, 7), [12.5, -77.0], 0, "bilinear"),
    ((1, 2, 7, 4), [45.0], 0.5, "bilinear"),
    ((2, 1, 1, 5), [3.0, 90.0], -1, "bilinear"),
    ((2, 1, 8, 8), [33.0, 121.0], 0, "nearest"),
    ((1, 2, 3, 6), [-50.0], 2, "nearest"),
]:
    x = random.uniform(-1, 1, shape).astype(np.float32)
    turn = bilinear if how == "bilinear" else nearest
    expected = np.stack([[turn(c.astype(np.float64), angle, fill) for c in image] for image, angle in zip(x, degrees)])
    if how == "bilinear" and fill == 0:
        other = np.stack([[torch_bilinear(c.astype(np.float64), a) for c in i] for i, a in zip(x, degrees)])
        assert np.abs(other - expected).max() < 1e-12
    cases.append(
        {
            "shape": list(shape),
            "degrees": degrees,
            "fill": fill,
            "interpolation": how,
            "input": x.ravel().tolist(),
            "expected": expected.astype(np.float32).ravel().tolist(),
        }
    )

where = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "images.golden.json")
made_by = {"numpy": np.__version__, "torch": torch.__version__}
with open(where, "w", encoding="utf-8") as file:
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    file.write('{"madeBy":' + json.dumps(made_by) + ',"cases":[\n' + lines + "\n]}\n")
