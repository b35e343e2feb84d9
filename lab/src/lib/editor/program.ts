/**
 * From a reader's program to the one file that TypeScript sees, and back to places in the cells. Cells are blocks, each
 * inside the one before it: a name may be used again in a later cell, and every line stays a line.
 */
import type tsModule from "typescript";
import type { Program } from "./messages.js";

type TypeScript = typeof tsModule;
type Statement = tsModule.Statement;

export interface Assembled {
  readonly text: string;
  /** Where each cell begins in the text. */
  readonly starts: readonly number[];
}

const read = (ts: TypeScript, text: string) =>
  ts.createSourceFile("/cell.ts", text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);

const blank = (text: string): string => text.replace(/[^\n]/g, " ");

/** What a change of a text does, from the last place to the first. */
type Edit = readonly [from: number, to: number, text: string];
const edited = (text: string, edits: readonly Edit[]): string =>
  [...edits]
    .sort((a, b) => b[0] - a[0])
    .reduce((now, [from, to, put]) => now.slice(0, from) + put + now.slice(to), text);

/** Names that an import declaration brings. */
function importedNames(ts: TypeScript, statement: tsModule.ImportDeclaration): string[] {
  const bindings = statement.importClause?.namedBindings;
  const named = bindings && ts.isNamedImports(bindings) ? bindings.elements.map(({ name }) => name.text) : [];
  const whole = bindings && ts.isNamespaceImport(bindings) ? [bindings.name.text] : [];
  return [...named, ...whole, ...(statement.importClause?.name ? [statement.importClause.name.text] : [])];
}

/**
 * @param names what a REPL's cells have without importing it, `type ` before names of types
 * @param alter what becomes of a cell's statements
 */
export function assemble(
  ts: TypeScript,
  { cells, repl }: Program,
  names: readonly string[],
  alter: (statements: readonly Statement[], text: string, cell: number) => Edit[] = () => [],
): Assembled {
  if (!repl) {
    const text = cells.join("\n");
    const edits = alter(read(ts, text).statements, text, 0);
    return { text: edited(text, edits), starts: [0] };
  }
  const imports: string[] = [];
  const brought = new Set<string>();
  const bodies = cells.map((text, cell) => {
    const edits: Edit[] = [];
    const { statements } = read(ts, text);
    for (const statement of statements) {
      if (!ts.isImportDeclaration(statement)) continue;
      const given = importedNames(ts, statement).filter((name) => !brought.has(name));
      // A second import of a name would clash with the first; the first does for both.
      if (given.length > 0 && given.length === importedNames(ts, statement).length) {
        imports.push(statement.getText().replace(/\s+/g, " "));
        for (const name of given) brought.add(name);
      }
      edits.push([statement.getStart(), statement.end, blank(statement.getText())]);
    }
    edits.push(
      ...alter(
        statements.filter((one) => !ts.isImportDeclaration(one)),
        text,
        cell,
      ),
    );
    return edited(text, edits);
  });
  const free = names.filter((name) => !brought.has(name.replace(/^type /, "")));
  let text = `import { ${free.join(", ")} } from "maru"; ${imports.join("; ")}`;
  const starts: number[] = [];
  for (const [i, body] of bodies.entries()) {
    text += `\n;{ $around.cell(${i});\n`;
    starts.push(text.length);
    text += body;
  }
  return { text: `${text}\n${"}".repeat(bodies.length)}\n`, starts };
}

/** The cell of a place in the whole text, and the place in it. */
export function placeIn({ starts }: Assembled, position: number): { cell: number; at: number } {
  let cell = 0;
  while (cell + 1 < starts.length && starts[cell + 1]! <= position) cell++;
  return { cell, at: position - starts[cell]! };
}

const isConsole = (ts: TypeScript, statement: Statement): boolean =>
  ts.isExpressionStatement(statement) && /^console\s*\./.test(statement.expression.getText());

/** A REPL shows what an expression gives. */
export function showing(
  ts: TypeScript,
): (statements: readonly Statement[], text: string, cell: number) => Edit[] {
  return (statements) =>
    statements.flatMap((statement): Edit[] => {
      if (!ts.isExpressionStatement(statement) || isConsole(ts, statement)) return [];
      const { expression } = statement;
      if (ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.EqualsToken)
        return [];
      return [
        [expression.getStart(), expression.getStart(), "$around.show(await ("],
        [expression.end, expression.end, "))"],
      ];
    });
}

/** Leaves out what prints: a value that was printed is computed, and there would be nothing left to explain. */
export function withoutPrinting(ts: TypeScript, statements: readonly Statement[]): Edit[] {
  return statements
    .filter((statement) => isConsole(ts, statement))
    .map((statement): Edit => [statement.getStart(), statement.end, blank(statement.getText())]);
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** For each line that was made, the line that it comes from (from 0), by a source map's `mappings`. */
export function linesOf(mappings: string): (number | undefined)[] {
  let line = 0;
  return mappings.split(";").map((segments) => {
    let first: number | undefined;
    for (const segment of segments.split(",")) {
      const fields = numbersOf(segment);
      if (fields.length < 4) continue;
      line += fields[2]!;
      first ??= line;
    }
    return first;
  });
}

/** Base64 digits of five bits each, the lowest first; the lowest bit of a number is its sign. */
function numbersOf(segment: string): number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const c of segment) {
    const digit = DIGITS.indexOf(c);
    value += (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}
