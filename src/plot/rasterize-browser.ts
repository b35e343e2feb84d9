/** SVG text to PNG bytes in a page: the browser draws it on a canvas, with its own fonts. */
import { ValueError } from "../errors.js";

/** The bytes of a PNG file of this size, on white. */
export async function rasterize(svg: string, width: number, height: number): Promise<Uint8Array> {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width);
  canvas.height = Math.round(height);
  const context = canvas.getContext("2d");
  if (context === null) throw new ValueError("Figure.png: this page gives no 2-D canvas to draw on");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null)
    throw new ValueError(`Figure.png: the page could not make a PNG of ${width} x ${height}`);
  return new Uint8Array(await blob.arrayBuffer());
}
