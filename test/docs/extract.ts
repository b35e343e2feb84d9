/**
 * Finds the examples in the comments of the source: what follows `@example`, fenced or not. An example is code whose
 * expectations stand in comments: after an expression what it prints, continued in the comments under it. A comment
 * after a declaration is prose.
 */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript-5.9";

export const root = resolve(import.meta.dirname, "../..");

export interface Example {
  /** The file, relative to the root. */
  readonly file: string;
  /** The line of its first line of code, counted from 1. */
  readonly line: number;
  readonly code: string;
}

/** A piece of an example: a statement that only runs, or an expression whose value is held against a comment. */
export interface Piece {
  readonly code: string;
  /** Counted from 0, within the example. */
  readonly line: number;
  readonly expected: string | null;
}

/** All TypeScript files under a folder, relative to the root. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(resolve(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name}`)
    .sort();
}

/** The lines of a comment without its stars. */
const withoutStars = (comment: string): string[] =>
  comment.split("\n").map((line) => line.replace(/^\s*(\/\*\*|\*\/|\*) ?/, "").replace(/\s*\*\/\s*$/, ""));

/** The lines of an example's code and the first one's place among the lines given. */
function codeOf(lines: readonly string[], from: number): { code: string; line: number } {
  const end = lines.findIndex((line, i) => i > from && /^@\w/.test(line));
  const body = lines.slice(from + 1, end < 0 ? lines.length : end);
  const open = body.findIndex((line) => line.startsWith("```"));
  if (open < 0) return { code: body.join("\n").trimEnd(), line: from + 1 };
  const close = body.findIndex((line, i) => i > open && line.startsWith("```"));
  return { code: body.slice(open + 1, close < 0 ? body.length : close).join("\n"), line: from + open + 2 };
}

/** The examples in a file. */
export function examplesIn(file: string): Example[] {
  const text = readFileSync(resolve(root, file), "utf8");
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
    const first = text.slice(0, comment.index).split("\n").length;
    const lines = withoutStars(comment[0]);
    return lines.flatMap((line, i) => {
      if (!/^@example\b/.test(line)) return [];
      const { code, line: start } = codeOf(lines, i);
      return [{ file, line: first + start, code }];
    });
  });
}

const COMMENT = /^\s*\/\/ ?(.*)$/;

/** The comment at the end of a statement and the comments on the lines that follow it, as one text; null: none. */
function expectation(code: string, end: number): string | null {
  const [rest = "", ...following] = code.slice(end).split("\n");
  const trailing = COMMENT.exec(rest)?.[1];
  const lines = trailing === undefined ? [] : [trailing];
  for (const line of following) {
    const text = COMMENT.exec(line)?.[1];
    if (text === undefined) break;
    lines.push(text);
  }
  return lines.length === 0 ? null : lines.join("\n").trimEnd();
}

/** An example as its statements, in order. */
export function piecesOf({ code }: Example): Piece[] {
  const source = ts.createSourceFile("example.ts", code, ts.ScriptTarget.ES2022, true);
  return source.statements.map((statement) => {
    const found = expectation(code, statement.end);
    const expression = ts.isExpressionStatement(statement);
    const text = statement.getText(source);
    const at = source.getLineAndCharacterOfPosition(statement.getStart(source)).line;
    return expression && found !== null
      ? { code: text.replace(/;$/, ""), line: at, expected: found }
      : { code: text, line: at, expected: null };
  });
}

/** The names that an example uses and does not declare itself, and the lines of its imports. */
export function namesIn(code: string): Set<string> {
  const source = ts.createSourceFile("example.ts", code, ts.ScriptTarget.ES2022, true);
  const used = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) used.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) forget(name, used);
    } else if ((ts.isClassDeclaration(statement) || ts.isFunctionDeclaration(statement)) && statement.name) {
      used.delete(statement.name.text);
    } else if (ts.isImportDeclaration(statement)) {
      const bindings = statement.importClause?.namedBindings;
      if (bindings !== undefined && ts.isNamedImports(bindings))
        for (const { name } of bindings.elements) used.delete(name.text);
    }
  }
  return used;
}

function forget(name: ts.BindingName, used: Set<string>): void {
  if (ts.isIdentifier(name)) used.delete(name.text);
  else for (const element of name.elements) if (ts.isBindingElement(element)) forget(element.name, used);
}
