/**
 * The cells of a CSV file, line by line. Papa Parse splits them; it forgives quotes that are not in order, so they are
 * looked over first.
 *
 * Source: RFC 4180. Beyond it, lines may end with a line feed alone, and another character than the comma may separate.
 */
import Papa from "papaparse";
import type { Refuse } from "./format-error.js";

/** The cells of one line, and its number, counted from 1; a cell may go over several lines. */
export interface CsvLine {
  readonly cells: readonly string[];
  readonly line: number;
}

const QUOTE = '"';
/** So many characters are split at a time, up to the end of their last line. */
const BATCH = 2 ** 14;
/** More columns than any table has. */
export const MAX_CELLS = 2 ** 16;

function countOf(character: string, text: string, to = text.length): number {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0 && at < to; at = text.indexOf(character, at + 1)) count++;
  return count;
}

/** Goes through a text quote by quote, and finds where lines end that are not inside a quoted cell. */
class Scanner {
  private readonly text: string;
  private readonly delimiter: string;
  private readonly refuse: Refuse;
  /** All before this is outside quoted cells, or a whole one. */
  private position = 0;
  private quote: number;

  constructor(text: string, delimiter: string, refuse: Refuse) {
    this.text = text;
    this.delimiter = delimiter;
    this.refuse = refuse;
    this.quote = text.indexOf(QUOTE);
  }

  /** Behind the first line that ends at `from` or later. */
  lineEnd(from: number): number {
    for (;;) {
      const end = this.text.indexOf("\n", Math.max(from, this.position));
      const before = end < 0 ? this.text.length : end;
      while (this.quote >= 0 && this.quote < before) this.passQuote();
      if (this.position <= before) return Math.min(before + 1, this.text.length);
    }
  }

  /** A cell that begins with a quote must end with one. Quotes inside a cell without are plain text. */
  private passQuote(): void {
    const { text, quote: start } = this;
    this.position = start + 1;
    if (this.atEdge(start - 1)) {
      let end = text.indexOf(QUOTE, start + 1);
      while (end >= 0 && text[end + 1] === QUOTE) end = text.indexOf(QUOTE, end + 2);
      if (end < 0) this.fail(start, "a quoted cell is never closed");
      if (!this.atEdge(end + 1)) {
        const next = JSON.stringify(text[end + 1]);
        this.fail(end, `a quoted cell is followed by ${next}: write a quote inside a cell twice`);
      }
      this.position = end + 1;
    }
    this.quote = text.indexOf(QUOTE, this.position);
  }

  private atEdge(at: number): boolean {
    const character = this.text[at];
    return character === undefined || character === this.delimiter || character === "\n";
  }

  private fail(at: number, problem: string): never {
    return this.refuse(`line ${1 + countOf("\n", this.text, at)}: ${problem}`);
  }
}

/**
 * Calls `take` with each line that is not blank. The text is split a little at a time, so that its cells are never there
 * all at once.
 *
 * @throws FormatError for quotes that are not in order, and for more cells than a line can have; what `take` throws passes
 * through
 */
export function forEachCsvLine(
  given: string,
  delimiter: string,
  take: (line: CsvLine) => void,
  refuse: Refuse,
): void {
  const text = given.includes("\r") ? given.replace(/\r\n?/g, "\n") : given;
  const scanner = new Scanner(text, delimiter, refuse);
  let line = 1;
  let start = 0;
  while (start < text.length) {
    const end = scanner.lineEnd(start + BATCH);
    const batch = text.slice(start, end);
    if (batch.length > MAX_CELLS && countOf(delimiter, batch) > BATCH + MAX_CELLS) {
      refuse(`line ${line} or one of the next has more than ${MAX_CELLS} cells`);
    }
    const lines = Papa.parse<string[]>(batch.endsWith("\n") ? batch.slice(0, -1) : batch, {
      delimiter,
      newline: "\n",
      quoteChar: QUOTE,
      header: false,
    }).data;
    for (const cells of lines) {
      if (cells.length > 1 || cells[0] !== "") take({ cells, line });
      line += 1;
      for (const cell of cells) if (cell.includes("\n")) line += countOf("\n", cell);
    }
    start = end;
  }
}
