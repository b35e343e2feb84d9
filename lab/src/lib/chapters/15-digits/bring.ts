/** Images that a reader brings: read, or refused with a reason that the chapter has words for (`image.<reason>`). */
import { centred, type Grey, inkOf } from "../../figures/digits/picture.js";

export type Refusal = "type" | "large" | "broken" | "empty";
const MOST_BYTES = 20_000_000;
const MOST_PIXELS = 40_000_000;
/** The longest side that is looked at. */
const LONGEST = 280;

export async function imageOf(file: Blob): Promise<Float32Array | Refusal> {
  if (!file.type.startsWith("image/")) return "type";
  if (file.size > MOST_BYTES) return "large";
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return "broken";
  }
  try {
    if (bitmap.width * bitmap.height > MOST_PIXELS) return "large";
    const image = centred(inkOf(greyOf(bitmap)));
    return image.some((value) => value > 0.1) ? image : "empty";
  } finally {
    bitmap.close();
  }
}

/** How light each pixel is, on white where the image lets through. */
function greyOf(bitmap: ImageBitmap): Grey {
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d")!;
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const values = Float32Array.from({ length: width * height }, (_, i) => {
    const [red, green, blue] = [data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!];
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
  });
  return { width, height, values };
}
