"""Reads the files that maru writes with Python's safetensors and with NumPy, and writes down what was found.

test/formats/read-by-python.test.ts holds the result against what maru writes today: the same bytes, the same arrays.

Needs: pip install numpy torch safetensors, and the repository's npm packages
Run:   python3 test/reference/safetensors_check.py
"""

import base64
import hashlib
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file

ROOT = Path(__file__).resolve().parent.parent.parent
RESULT = ROOT / "test" / "formats" / "fixtures" / "read-by-python.golden.json"

# Arrays of more elements are written down by their checksum.
MANY = 100


def describe(array):
    """dtype, shape and little-endian bytes; of a bfloat16 those of the float32 that it is."""
    name = str(array.dtype).replace("torch.", "")
    if isinstance(array, torch.Tensor):
        array = (array.to(torch.float32) if name == "bfloat16" else array).numpy()
    raw = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()
    content = hashlib.sha256(raw).hexdigest() if array.size > MANY else base64.b64encode(raw).decode()
    return {"dtype": name, "shape": list(array.shape), "data": content}


def read(path):
    if path.suffix == ".npy":
        return {path.stem: describe(np.load(path, allow_pickle=False))}
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            return {name: describe(arrays[name]) for name in arrays.files}
    found = {name: describe(tensor) for name, tensor in load_file(path).items()}
    with safe_open(path, framework="np") as file:
        assert set(file.keys()) == set(found)
        metadata = file.metadata()
    return {**found, "__metadata__": metadata} if metadata else found


def main():
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npx", "tsx", "test/formats/write-samples.ts", folder], cwd=ROOT, check=True)
        for path in sorted(Path(folder).iterdir()):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            case = {"file": path.name, "sha256": digest, "arrays": dict(sorted(read(path).items()))}
            lines.append(json.dumps(case, ensure_ascii=False))
    RESULT.write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(f"{len(lines)} files read")


if __name__ == "__main__":
    main()
