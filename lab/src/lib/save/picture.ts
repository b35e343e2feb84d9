/** A figure as one SVG that stands by itself: colours and fonts of the page are written into it, canvases become pictures. */

export interface Picture {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** What children take over from what they stand in. */
const INHERITED = [
  "fill",
  "fill-opacity",
  "fill-rule",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-dashoffset",
  "stroke-linecap",
  "stroke-linejoin",
  "visibility",
  "font-family",
  "font-size",
  "font-weight",
  "font-style",
  "text-anchor",
  "dominant-baseline",
  "letter-spacing",
  "paint-order",
  "marker-start",
  "marker-end",
];
/** The others, with what they are where nobody says otherwise. */
const OWN: Readonly<Record<string, string>> = {
  opacity: "1",
  "clip-path": "none",
  mask: "none",
  "stop-color": "rgb(0, 0, 0)",
  "stop-opacity": "1",
};
const SVG = "http://www.w3.org/2000/svg";
/** Smaller ones are marks in a line of text, no figure. */
const SMALLEST = 40;
const MARGIN = 16;

/** A colour as every program reads it: what is mixed of others is worked out. */
function plainColour(value: string, context: CanvasRenderingContext2D | null): string {
  if (!/^(color|oklab|oklch|lab|lch)\(/.test(value) || context === null) return value;
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = value;
  context.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
  return `rgb(${r} ${g} ${b} / ${(a! / 255).toFixed(3)})`;
}

/** Writes the look of each element into its copy, and takes out what only the page needs. */
function dress(
  shown: Element,
  copy: Element,
  context: CanvasRenderingContext2D | null,
  around?: CSSStyleDeclaration,
): void {
  const style = getComputedStyle(shown);
  const written: string[] = [];
  const write = (name: string, usual: string | undefined): void => {
    const value = style.getPropertyValue(name);
    if (value !== usual && value !== "") written.push(`${name}:${plainColour(value, context)}`);
    copy.removeAttribute(name);
  };
  for (const name of INHERITED) write(name, around?.getPropertyValue(name));
  for (const [name, usual] of Object.entries(OWN)) write(name, usual);
  // A transform of the style sheet; that of an attribute is there already.
  if (style.transform !== "none" && !shown.hasAttribute("transform")) {
    written.push(
      `transform:${style.transform}`,
      `transform-origin:${style.transformOrigin}`,
      `transform-box:${style.transformBox}`,
    );
  }
  for (const { name } of [...copy.attributes])
    if (/^(class|tabindex|role|data-|aria-|on)/.test(name)) copy.removeAttribute(name);
  copy.removeAttribute("style");
  if (written.length > 0) copy.setAttribute("style", written.join(";"));
  for (const node of [...copy.childNodes]) if (node.nodeType === Node.COMMENT_NODE) node.remove();
  const parts = [...copy.children];
  [...shown.children].forEach((child, i) => {
    const part = parts[i]!;
    if (
      getComputedStyle(child).display === "none" &&
      !/^(defs|marker|clipPath|mask|title|desc|\w+Gradient|stop)$/i.test(child.tagName)
    )
      part.remove();
    else dress(child, part, context, style);
  });
}

/** undefined where the panel draws nothing. */
export function pictureOf(panel: HTMLElement, title: string): Picture | undefined {
  const drawings = [...panel.querySelectorAll<SVGSVGElement | HTMLCanvasElement>("svg, canvas")].filter(
    (drawing) => {
      const { width, height } = drawing.getBoundingClientRect();
      return Math.min(width, height) >= SMALLEST && drawing.parentElement?.closest("svg") === null;
    },
  );
  if (drawings.length === 0) return undefined;
  const boxes = drawings.map((drawing) => drawing.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left)) - MARGIN;
  const top = Math.min(...boxes.map((box) => box.top)) - MARGIN;
  const width = Math.ceil(Math.max(...boxes.map((box) => box.right)) - left + MARGIN);
  const height = Math.ceil(Math.max(...boxes.map((box) => box.bottom)) - top + MARGIN);
  const whole = document.createElementNS(SVG, "svg");
  const put = (name: string, attributes: Record<string, string | number>): Element => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    whole.append(element);
    return element;
  };
  for (const [key, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` }))
    whole.setAttribute(key, String(value));
  put("title", {}).textContent = title;
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  put("rect", { width, height, fill: plainColour(backgroundOf(panel), context) });
  drawings.forEach((drawing, i) => {
    const box = boxes[i]!;
    const place = { x: box.left - left, y: box.top - top, width: box.width, height: box.height };
    if (drawing instanceof HTMLCanvasElement) {
      const pixelated = getComputedStyle(drawing).imageRendering === "pixelated";
      put("image", {
        ...place,
        href: drawing.toDataURL("image/png"),
        preserveAspectRatio: "none",
        ...(pixelated && { style: "image-rendering:pixelated" }),
      });
      return;
    }
    const copy = drawing.cloneNode(true) as SVGSVGElement;
    dress(drawing, copy, context);
    if (!copy.hasAttribute("viewBox")) copy.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
    for (const [key, value] of Object.entries(place)) copy.setAttribute(key, String(value));
    whole.append(copy);
  });
  return { svg: new XMLSerializer().serializeToString(whole), width, height };
}

/** The first colour behind it that is one. */
function backgroundOf(element: Element): string {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (colour !== "transparent" && !/(,|\/)\s*0\)$/.test(colour)) return colour;
  }
  return "white";
}

/** Twice as fine as on the screen. */
export async function pngOf({ svg, width, height }: Picture, scale = 2): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no canvas");
  context.scale(scale, scale);
  context.drawImage(image, 0, 0, width, height);
  return new Promise((made, failed) =>
    canvas.toBlob((blob) => (blob === null ? failed(new Error("no picture")) : made(blob)), "image/png"),
  );
}
