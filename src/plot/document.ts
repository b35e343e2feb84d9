/**
 * A document to draw SVG in where there is no page (Node). Only loaded on demand, so that pages need not carry it.
 * linkedom is small (about an eighth of happy-dom), and Observable Plot draws in it correctly.
 */
import { DOMParser } from "linkedom";

/** An empty SVG document. */
export function createDocument(): Document {
  return new DOMParser().parseFromString("<svg/>", "image/svg+xml") as unknown as Document;
}
