"""Writes test/goldens/forward.golden.json: what NumPy answers, for maru's forward tests.

Run again after changing a case, from anywhere, and commit both:

    python3 -m pip install "numpy==2.4.*"
    python3 test/reference/forward_goldens.py

The tests themselves need no Python. The numbers come from seeded generators, so a second run writes the
same bytes. NumPy 2 or later is needed, because its promotion rules are the ones that maru follows.

Where maru means something else than NumPy, the difference is stated here in one place:
- NumPy's int64 and uint64 results (sums of integers, positions) are maru's int32 (golden.py, NAMES).
- NumPy answers float16 for functions such as exp of bool and uint8; maru has no float16 and answers float32.
- Functions of float32 are evaluated in float64 and rounded once, so that a golden is the true value and not
  the rounding of one machine's vector instructions.
"""

import warnings

import numpy as np

import forward_elementwise
import forward_binary
import forward_indexing
import forward_movement
import forward_products
import forward_reductions
from golden import Book


def main():
    assert int(np.__version__.split(".")[0]) >= 2, "NumPy 2 or later is needed for its promotion rules"
    warnings.simplefilter("ignore")  # of empty slices and the like: they are asked for on purpose
    book = Book()
    with np.errstate(all="ignore"):
        forward_elementwise.write(book)
        forward_binary.write(book)
        forward_reductions.write(book)
        forward_movement.write(book)
        forward_indexing.write(book)
        forward_products.write(book)
    book.write("forward.golden.json", "NumPy " + np.__version__)


if __name__ == "__main__":
    main()
