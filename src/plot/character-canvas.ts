/**
 * A rectangle of characters to draw on: each cell is a letter with its colours, or 2x4 braille dots.
 * Braille (Unicode 2800 to 28FF) gives curves eight times the resolution of letters.
 */
import type { Rgb } from "./palette.js";
import { type ColorDepth, colorCode, resetCode } from "./terminal-color.js";

interface Cell {
  letter: string;
  dots: number;
  text: Rgb | null;
  paper: Rgb | null;
}

/** The bit of each dot in a braille cell, by column and row. */
const dotBits = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

export class CharacterCanvas {
  readonly #cells: Cell[];

  constructor(
    readonly columns: number,
    readonly rows: number,
  ) {
    this.#cells = Array.from({ length: columns * rows }, () => ({
      letter: " ",
      dots: 0,
      text: null,
      paper: null,
    }));
  }

  /** Dots across; each cell has 2. */
  get dotsWide(): number {
    return this.columns * 2;
  }

  /** Dots down; each cell has 4. */
  get dotsHigh(): number {
    return this.rows * 4;
  }

  /** Puts a letter in a cell over whatever was there; the paper stays unless it is given. */
  setLetter(column: number, row: number, letter: string, text: Rgb | null, paper?: Rgb | null): void {
    const cell = this.#cellAt(column, row);
    if (cell === undefined) return;
    cell.letter = letter;
    cell.dots = 0;
    cell.text = text;
    if (paper !== undefined) cell.paper = paper;
  }

  /** Sets one dot; its cell takes this colour. Dots outside the canvas are left out. */
  setDot(x: number, y: number, color: Rgb | null): void {
    const cell = this.#cellAt(Math.floor(x / 2), Math.floor(y / 4));
    if (cell === undefined) return;
    cell.dots |= dotBits[(x & 1) as 0 | 1][(y & 3) as 0 | 1 | 2 | 3];
    cell.text = color;
  }

  /** The rows as text, without blanks at their ends. */
  toLines(depth: ColorDepth): string[] {
    return Array.from({ length: this.rows }, (_, row) => {
      const cells = this.#cells.slice(row * this.columns, (row + 1) * this.columns);
      let end = cells.length;
      while (end > 0 && isBlank(cells[end - 1]!, depth)) end--;
      return depth === "none" ? cells.slice(0, end).map(glyph).join("") : paint(cells.slice(0, end), depth);
    });
  }

  #cellAt(column: number, row: number): Cell | undefined {
    if (column < 0 || row < 0 || column >= this.columns || row >= this.rows) return undefined;
    return this.#cells[row * this.columns + column];
  }
}

function glyph(cell: Cell): string {
  return cell.dots > 0 ? String.fromCodePoint(0x2800 + cell.dots) : cell.letter;
}

function isBlank(cell: Cell, depth: ColorDepth): boolean {
  return glyph(cell) === " " && (depth === "none" || cell.paper === null);
}

/** Writes a code only where the colours change, and leaves the terminal's own colours at the end. */
function paint(cells: readonly Cell[], depth: "256" | "truecolor"): string {
  let line = "";
  let current = "";
  for (const cell of cells) {
    const letter = glyph(cell);
    const text = cell.text === null || letter === " " ? "" : colorCode(depth, "text", cell.text);
    const paper = cell.paper === null ? "" : colorCode(depth, "paper", cell.paper);
    const wanted = text + paper;
    if (wanted !== current) {
      if (current !== "") line += resetCode;
      line += wanted;
      current = wanted;
    }
    line += letter;
  }
  return current === "" ? line : line + resetCode;
}
