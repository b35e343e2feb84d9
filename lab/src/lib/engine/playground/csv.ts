/** Points as text: `x1, x2, class` a line. What cannot be read is told by its line, and nothing is taken then. */
import { MOST_POINTS, type OwnPoint } from "./data.js";
import { EDGE } from "./settings.js";

/** What is wrong with a text; the page has words for it (`csv.<fault>`). */
export type CsvFault = "empty" | "long" | "many" | "columns" | "number" | "range" | "class" | "classes";

export interface CsvError {
  readonly fault: CsvFault;
  /** The line, from 1; 0 where it is the whole. */
  readonly line: number;
  /** What stands there, cut short. */
  readonly found: string;
}

export type CsvResult =
  | { readonly points: OwnPoint[]; readonly errors: readonly [] }
  | { readonly points?: undefined; readonly errors: readonly CsvError[] };

/** Characters that are read at most. */
export const MOST_TEXT = 40_000;
/** Errors that are told at most. */
const MOST_ERRORS = 5;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

/**
 * Reads a pasted table. Columns are parted by commas, semicolons or tabs; a first line without any number is a heading;
 * empty lines and lines that begin with # are passed over. Classes are 0, 1 and 2.
 */
export function readCsv(text: string): CsvResult {
  if (text.length > MOST_TEXT) return { errors: [{ fault: "long", line: 0, found: String(text.length) }] };
  const points: OwnPoint[] = [];
  const errors: CsvError[] = [];
  let first = true;
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  for (const [i, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const cells = line.split(/[,;\t]/).map((cell) =>
      cell
        .trim()
        .replace(/^"(.*)"$/, "$1")
        .trim(),
    );
    const heading = first && cells.every((cell) => !NUMBER.test(cell));
    first = false;
    if (heading) continue;
    const read = pointOf(cells);
    if (typeof read === "object" && "fault" in read) {
      errors.push({ ...read, line: i + 1 });
      if (errors.length === MOST_ERRORS) break;
    } else points.push(read);
  }
  if (errors.length > 0) return { errors };
  if (points.length === 0) return { errors: [{ fault: "empty", line: 0, found: "" }] };
  if (points.length > MOST_POINTS)
    return { errors: [{ fault: "many", line: 0, found: String(points.length) }] };
  if (new Set(points.map(([, , label]) => label)).size < 2)
    return { errors: [{ fault: "classes", line: 0, found: String(points[0]![2]) }] };
  return { points, errors: [] };
}

function pointOf(cells: readonly string[]): OwnPoint | Omit<CsvError, "line"> {
  const short = (text: string): string => (text.length > 24 ? `${text.slice(0, 23)}…` : text);
  if (cells.length !== 3) return { fault: "columns", found: String(cells.length) };
  const wrong = cells.find((cell) => !NUMBER.test(cell));
  if (wrong !== undefined) return { fault: "number", found: short(wrong) };
  const [x1, x2, label] = cells.map(Number) as [number, number, number];
  const outside = [x1, x2].findIndex((x) => Math.abs(x) > EDGE);
  if (outside >= 0) return { fault: "range", found: short(cells[outside]!) };
  if (label !== 0 && label !== 1 && label !== 2) return { fault: "class", found: short(cells[2]!) };
  return [x1, x2, label];
}

/** The points as such a text. */
export const writeCsv = (points: readonly OwnPoint[]): string =>
  ["x1,x2,class", ...points.map((point) => point.join(","))].join("\n");
