"""Makes the safetensors files that test/formats reads and must reproduce byte for byte.

Needs: pip install numpy safetensors
Run:   python3 test/reference/safetensors_goldens.py
"""

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

FIXTURES = Path(__file__).resolve().parent.parent / "formats" / "fixtures"


def every_dtype():
    return {
        "bias": np.array([0.5, -0.25, np.inf], dtype=np.float32),
        "weight": np.arange(6, dtype=np.float32).reshape(2, 3) / 8,
        "double": np.array([[np.pi], [-np.e]], dtype=np.float64),
        "counts": np.array([-2147483648, 0, 2147483647], dtype=np.int32),
        "pixels": np.arange(250, 256, dtype=np.uint8).reshape(3, 2),
        "mask": np.array([True, False, True]),
        "scalar": np.array(1.5, dtype=np.float32),
        "empty": np.zeros((0, 4), dtype=np.float32),
        '층 "0"\n': np.array([1], dtype=np.int32),
    }


def main():
    FIXTURES.mkdir(parents=True, exist_ok=True)
    save_file(every_dtype(), FIXTURES / "every-dtype.safetensors", metadata={"epoch": "3"})
    save_file({}, FIXTURES / "no-tensors.safetensors")
    halves = np.array([0, -0.0, 1.5, 65504, 2**-24, 2**-14, -np.inf, np.nan, 1 / 3], dtype=np.float16)
    save_file({"half": halves}, FIXTURES / "float16.safetensors")
    save_file({"long": np.array([1, 2], dtype=np.int64)}, FIXTURES / "int64.safetensors")


if __name__ == "__main__":
    main()
