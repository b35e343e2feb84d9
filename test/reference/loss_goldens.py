"""Writes test/nn/losses.golden.json: PyTorch's losses and their gradients.

Run again after changing a case, from anywhere, and commit both:

    python3 -m pip install torch numpy
    python3 test/reference/loss_goldens.py

The tests themselves need no Python. The numbers come from seeded generators, so a second run writes the same bytes.
"""

import torch

import loss_cases
from loss_book import GradientBook


def main():
    torch.set_num_threads(1)
    book = GradientBook()
    loss_cases.write(book.gradient)
    book.write("../nn/losses.golden.json", "PyTorch " + torch.__version__)


if __name__ == "__main__":
    main()
