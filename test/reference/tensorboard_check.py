"""What TensorBoard reads of a log that maru wrote.

Writes the log test/train/tensorboard/ with maru, reads it with TensorBoard's own event accumulator, and writes down what that
found, as test/train/tensorboard.golden.json.

Needs: pip install tensorboard
Run:   python3 test/reference/tensorboard_check.py
"""

import json
import subprocess
from pathlib import Path

import tensorboard
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "test" / "train" / "tensorboard"

subprocess.run(["npx", "tsx", "test/train/tensorboard-run.ts", str(FOLDER)], cwd=ROOT, check=True)

log = EventAccumulator(str(FOLDER), size_guidance={"scalars": 0, "histograms": 0})
log.Reload()
tags = log.Tags()
found = {
    "tensorboard": tensorboard.__version__,
    "fileVersion": log.file_version,
    # Times differ from run to run.
    "scalars": {
        tag: [[event.step, event.value] for event in log.Scalars(tag)]
        for tag in sorted(tags["scalars"])
        if "econd" not in tag
    },
    "histograms": {
        tag: [
            {
                "step": event.step,
                "min": event.histogram_value.min,
                "max": event.histogram_value.max,
                "num": event.histogram_value.num,
                "sum": event.histogram_value.sum,
                "sumSquares": event.histogram_value.sum_squares,
                "counts": list(event.histogram_value.bucket),
            }
            for event in log.Histograms(tag)
        ]
        for tag in sorted(tags["histograms"])
    },
    "timed": sorted(tag for tag in tags["scalars"] if "econd" in tag),
}
lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in found.items())
(ROOT / "test" / "train" / "tensorboard.golden.json").write_text("{\n" + lines + "\n}\n")
print(f"TensorBoard {tensorboard.__version__} read {len(tags['scalars'])} scalars and {len(tags['histograms'])} histograms")
