"""Makes the PNG pictures that test/formats reads, and the grey values that Pillow and NumPy see in them.

Needs: pip install numpy pillow
Run:   python3 test/reference/png_goldens.py
"""

import json
from pathlib import Path

import numpy as np
from PIL import Image

FIXTURES = Path(__file__).resolve().parent.parent / "formats" / "fixtures"
WIDTH, HEIGHT = 11, 7


def ramp(channels, top):
    """Values that differ in every channel and at every pixel, so that a swapped byte shows."""
    y, x, channel = np.mgrid[:HEIGHT, :WIDTH, :channels]
    return (x * 37 + y * 101 + channel * 53) % (top + 1)


def gray_of(image):
    """ITU-R BT.601 of the colours as stored, laid over white where transparent."""
    rgba = np.asarray(image.convert("RGBA"), dtype=np.float64) / 255
    luma = rgba[..., :3] @ np.array([0.299, 0.587, 0.114])
    return luma * rgba[..., 3] + (1 - rgba[..., 3])


def pictures():
    byte = lambda channels: ramp(channels, 255).astype(np.uint8)
    yield "gray1", Image.fromarray(byte(1)[..., 0] > 127), {}
    yield "gray8", Image.fromarray(byte(1)[..., 0], "L"), {}
    yield "gray8-key", Image.fromarray(byte(1)[..., 0], "L"), {"transparency": int(byte(1)[2, 3, 0])}
    yield "gray-alpha8", Image.fromarray(byte(2), "LA"), {}
    yield "rgb8", Image.fromarray(byte(3), "RGB"), {}
    yield "rgba8", Image.fromarray(byte(4), "RGBA"), {}
    for bits in (1, 2, 4, 8):
        image = Image.fromarray(ramp(1, 2**bits - 1)[..., 0].astype(np.uint8), "P")
        image.putpalette(((np.arange(3 * 2**bits) * 71 + 29) % 256).astype(np.uint8).tobytes())
        yield f"palette{bits}", image, {"bits": bits}
        if bits == 4:
            yield "palette4-alpha", image, {"bits": bits, "transparency": bytes(range(0, 256, 17))}


def main():
    FIXTURES.mkdir(parents=True, exist_ok=True)
    golden = {}
    for name, image, options in pictures():
        path = FIXTURES / f"{name}.png"
        image.save(path, **options)
        golden[name] = gray_of(Image.open(path)).ravel().round(9).tolist()
    sixteen = ramp(1, 65535)[..., 0] * 811 % 65536
    Image.fromarray(sixteen.astype(np.uint16)).save(FIXTURES / "gray16.png")
    golden["gray16"] = (sixteen / 65535).ravel().round(9).tolist()
    (FIXTURES / "png.golden.json").write_text(
        json.dumps({"width": WIDTH, "height": HEIGHT, "gray": golden}) + "\n"
    )


if __name__ == "__main__":
    main()
