/** Canvases are painted again when the page's colours change. */
export function onTheme(paint: () => void): () => void {
  const observer = new MutationObserver(paint);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}

export type Colour = readonly [red: number, green: number, blue: number];

/** The canvas itself says what colour a token is, in six digits, however the style sheet wrote it. */
export function colourOf(drawing: CanvasRenderingContext2D, name: string): Colour {
  drawing.fillStyle = getComputedStyle(drawing.canvas).getPropertyValue(name).trim();
  const hex = drawing.fillStyle as string;
  return [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)) as unknown as Colour;
}
