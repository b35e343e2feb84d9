/** `plot(...)` and the figure that it returns: marks and axes, drawn when asked for as SVG, PNG, terminal text or a file. */
import { FileError, ValueError } from "../errors.js";
import { checkPositive, type Mark } from "./marks.js";
import { buildScene, type FigureOptions, type Scene } from "./scene.js";
import { renderTerminal, type TerminalOptions } from "./terminal.js";

export interface PngOptions {
  /** Pixels of the PNG for each pixel of the figure, 1 by default; 2 is crisp on fine screens and paper. */
  scale?: number;
}

/**
 * A figure of lines, points, cells and regions, drawn in the order given.
 *
 * @param parts marks made by `line`, `scatter`, `heatmap`, `image`, `decisionRegion` (or lists of them), then options.
 * @throws ValueError where there is no mark, or where a size or domain makes no sense.
 * @example
 * const x = Array.from({ length: 101 }, (_, i) => -5 + i / 10);
 * const figure = plot(line(x, x.map((v) => 1 / (1 + Math.exp(-v))), { label: "sigmoid" }), { title: "h(a)" });
 * console.log(figure.terminal());
 * await figure.save("sigmoid.svg");
 */
export function plot(...parts: (Mark | readonly Mark[] | FigureOptions)[]): Figure {
  const marks: Mark[] = [];
  let options: FigureOptions = {};
  for (const part of parts) {
    if (Array.isArray(part)) marks.push(...(part as readonly Mark[]));
    else if ("kind" in part) marks.push(part);
    else options = { ...options, ...(part as FigureOptions) };
  }
  return new Figure(marks, options);
}

/** A picture that can be drawn as SVG, PNG or text. Made by `plot`. */
export class Figure {
  readonly #scene: Scene;

  constructor(marks: readonly Mark[], options: FigureOptions = {}) {
    this.#scene = buildScene(marks, options);
  }

  /**
   * The figure as an SVG element of the page's document (or of the document given).
   *
   * @throws ValueError where there is no document: outside a browser use `svg()`.
   */
  async element(document: Document | undefined = globalThis.document): Promise<SVGSVGElement> {
    if (document === undefined) {
      throw new ValueError(
        "Figure.element: there is no document here; use svg() for the text of the picture",
      );
    }
    const { renderSvg } = await import("./svg.js");
    return renderSvg(this.#scene, document);
  }

  /** The figure as the text of an SVG file. */
  async svg(): Promise<string> {
    if (globalThis.document !== undefined) {
      return new XMLSerializer().serializeToString(await this.element());
    }
    const { createDocument } = await import("./document.js");
    return (await this.element(createDocument())).outerHTML;
  }

  /**
   * The figure as the bytes of a PNG file of width x height pixels (times `scale`), on white.
   *
   * @throws ValueError for a scale that is not a positive number.
   */
  async png(options: PngOptions = {}): Promise<Uint8Array> {
    const scale = checkPositive("Figure.png", "scale", options.scale ?? 1);
    const svg = await this.svg();
    if (globalThis.document !== undefined) {
      const { rasterize } = await import("./rasterize-browser.js");
      return rasterize(svg, this.#scene.width * scale, this.#scene.height * scale);
    }
    const { rasterize } = await import("./rasterize-node.js");
    return rasterize(svg, scale);
  }

  /**
   * The figure as text of at most `columns` x `rows` characters: curves in braille dots, cells in half blocks.
   *
   * @throws ValueError where the size leaves no room for the picture.
   */
  terminal(options: TerminalOptions = {}): string {
    return renderTerminal(this.#scene, options);
  }

  /**
   * Writes the figure to a file, whole or not at all: `.svg`, `.png`, or `.txt` for the terminal's picture.
   *
   * @throws ValueError for another ending; FileError where the file cannot be written.
   */
  async save(path: string, options: PngOptions = {}): Promise<void> {
    const ending = /\.(svg|png|txt)$/i.exec(path)?.[1]?.toLowerCase();
    if (ending === undefined) {
      throw new ValueError(`Figure.save: "${path}" must end in .svg, .png or .txt`);
    }
    if (globalThis.document !== undefined) {
      throw new FileError(
        `Figure.save: a page cannot write "${path}"; use svg() or png() and offer a download`,
      );
    }
    const content =
      ending === "svg"
        ? await this.svg()
        : ending === "png"
          ? await this.png(options)
          : `${this.terminal({ color: false })}\n`;
    const { writeFileAtomic } = await import("../formats/atomic-write.js");
    await writeFileAtomic(path, content);
  }
}
