"""Makes the safetensors files that test/formats reads and must reproduce byte for byte, and how 16-bit floats round.

Needs: pip install numpy torch safetensors
Run:   python3 test/reference/safetensors_goldens.py
"""

import base64
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch_file

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


def every_type():
    """Every type that maru writes; names that sort otherwise than types do."""
    integers = [
        torch.uint64, torch.int64, torch.uint32, torch.int32, torch.uint16, torch.int16, torch.int8, torch.uint8
    ]
    tensors = {f"{99 - i} integers": torch.tensor([3, 0, 127]).to(dtype) for i, dtype in enumerate(integers)}
    floats = torch.tensor([[1.5, -0.0], [3.140625, -2.0**-14]], dtype=torch.float64)
    for i, dtype in enumerate([torch.float16, torch.bfloat16, torch.float64, torch.float32]):
        tensors[f"{i} floats"] = floats.to(dtype)
    tensors["bools"] = torch.tensor([True, False])
    tensors["no halves"] = torch.zeros(0, 2, dtype=torch.float16)
    return tensors


def wide_integers():
    """Integers at the ends of what int32 and float64 hold."""
    return {
        "fits": np.array([-(2**31), 2**31 - 1], dtype=np.int64),
        "large": np.array([2**31, -(2**31) - 1, 2**53, 2**62], dtype=np.int64),
        "inexact": np.array([0, 2**53 + 1], dtype=np.int64),
        "unsigned": np.array([2**31, 2**32 - 1], dtype=np.uint32),
        "unsigned fits": np.array([7, 2**31 - 1], dtype=np.uint64),
        "unsigned large": np.array([2**63], dtype=np.uint64),
        "short": np.array([-32768, 32767], dtype=np.int16),
        "unsigned short": np.array([0, 65535], dtype=np.uint16),
        "byte": np.array([-128, 127], dtype=np.int8),
    }


def bfloat16_of(value):
    """The nearest bfloat16 of a float64, ties to even, by exact arithmetic: PyTorch rounds twice there."""
    sign = 0x8000 if np.signbit(value) else 0
    if np.isnan(value):
        return None
    if np.isinf(value):
        return sign | 0x7F80
    magnitude = abs(Fraction(float(value)))
    exponent = -126
    while magnitude >= Fraction(2) ** (exponent + 1):
        exponent += 1
    units = magnitude / Fraction(2) ** (exponent - 7)
    rounded = round(units)  # Python rounds halves to even
    bits = rounded if exponent == -126 else ((exponent + 126) << 7) + rounded
    return sign | min(bits, 0x7F80)


def rounding():
    """float32 and float64 as float16 (NumPy) and bfloat16 (PyTorch; exact arithmetic for float64)."""
    random = np.random.Generator(np.random.PCG64(2024))
    special = [0, -0.0, 1, 65504, 65519.99, 65520, 65536, 2**-24, 2**-25, 1.5 * 2**-25, 2**-14, 2**-15]
    special += [3.3895313892515355e38, 3.3961775292304957e38, 3.4028234663852886e38, 2**-133, 2**-134, 1.5 * 2**-134]
    special += [1 + 2**-8, 1 + 3 * 2**-8, 1 + 2**-11, 1 + 3 * 2**-11, np.inf, -np.inf, np.nan]
    singles = np.array(special, dtype=np.float32)
    scaled = random.standard_normal(150) * 2.0 ** random.integers(-30, 18, 150)
    bits = random.integers(0, 2**32, 150, dtype=np.uint32).view(np.float32)
    ties = (random.integers(0x3800, 0x4780, 100).astype(np.uint32) << 16 | 0x8000).view(np.float32)
    singles = np.concatenate([singles, scaled.astype(np.float32), bits, ties])
    doubles = np.array(special, dtype=np.float64)
    # Just beside a tie, by less than a float32 can tell: rounding twice goes wrong here.
    near = np.concatenate([ties.astype(np.float64) * (1 + side * 2.0**-40) for side in (-1, 1)])
    tiny = np.array([2**-25 * (1 + 2**-40), 2**-134 * (1 + 2**-40), 5e-324, 65520 * (1 - 2**-40), 1e300])
    half_ties = (1 + (2 * random.integers(0, 1024, 50) + 1) * 2.0**-11) * (1 + 2.0**-45)
    doubles = np.concatenate([doubles, near, tiny, half_ties, random.standard_normal(50)])
    encode = lambda array: base64.b64encode(array.tobytes()).decode()
    with np.errstate(over="ignore"):
        torch_bits = torch.from_numpy(singles).to(torch.bfloat16).view(torch.int16).numpy()
        exact = np.array([0x7FC0 if np.isnan(v) else bfloat16_of(v) for v in doubles], dtype=np.uint16)
        return {
            "float32": encode(singles),
            "float32 as float16": encode(singles.astype(np.float16)),
            "float32 as bfloat16": encode(torch_bits),
            "float64": encode(doubles),
            "float64 as float16": encode(doubles.astype(np.float16)),
            "float64 as bfloat16": encode(exact),
        }


def main():
    FIXTURES.mkdir(parents=True, exist_ok=True)
    save_file(every_dtype(), FIXTURES / "every-dtype.safetensors", metadata={"epoch": "3"})
    save_file({}, FIXTURES / "no-tensors.safetensors")
    halves = np.array([0, -0.0, 1.5, 65504, 2**-24, 2**-14, -np.inf, np.nan, 1 / 3], dtype=np.float16)
    save_file({"half": halves}, FIXTURES / "float16.safetensors")
    save_file({"long": np.array([1, 2], dtype=np.int64)}, FIXTURES / "int64.safetensors")
    save_torch_file(every_type(), FIXTURES / "every-type.safetensors")
    save_file(wide_integers(), FIXTURES / "wide-integers.safetensors")
    text = ",\n".join(f"{json.dumps(name)}: {json.dumps(data)}" for name, data in rounding().items())
    (FIXTURES / "rounding.golden.json").write_text("{\n" + text + "\n}\n")


if __name__ == "__main__":
    main()
