/** What TypeScript knows of a reader's program: problems, types, completions, and the JavaScript to run. */
import { createSystem, createVirtualTypeScriptEnvironment } from "@typescript/vfs";
import ts from "typescript";
import type { Emitted, Hint, Problem, Program, Proposals, Question, Questions } from "./messages.js";
import { type Assembled, assemble, linesOf, placeIn, showing, withoutPrinting } from "./program.js";

const FILE = "/program.ts";
/** More are of no use to anybody. */
const MOST_PROBLEMS = 50;
const MOST_PROPOSALS = 200;

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  lib: ["lib.es2022.d.ts"],
  types: [],
  strict: true,
  noImplicitAny: false,
  skipLibCheck: true,
  skipDefaultLibCheck: true,
};

/** NumPy's sentence in a message about types, if there is one. */
function shapesIn(message: string): string | undefined {
  const quoted = [...message.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text!);
  return quoted.find(
    (text) => /shape|axis|dim|broadcast|index|features|channels/i.test(text) && text.includes(" "),
  );
}

export type Service = { [Q in Question]: (about: Questions[Q][0]) => Questions[Q][1] };

export function makeService(files: Readonly<Record<string, string>>): Service {
  const map = new Map(Object.entries(files));
  map.set(FILE, "export {};\n");
  const env = createVirtualTypeScriptEnvironment(createSystem(map), ["/around.d.ts", FILE], ts, OPTIONS);
  const { languageService } = env;
  const names = exportedNames();
  let current: Assembled = { text: "", starts: [0] };

  function exportedNames(): string[] {
    env.updateFile(FILE, 'import * as maru from "maru";\nmaru;\n');
    const checker = languageService.getProgram()!.getTypeChecker();
    const file = languageService.getProgram()!.getSourceFile(FILE)!;
    const found = (file.statements[0] as ts.ImportDeclaration).moduleSpecifier;
    return checker.getExportsOfModule(checker.getSymbolAtLocation(found)!).map((symbol) => {
      const real = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      return real.flags & ts.SymbolFlags.Value ? symbol.name : `type ${symbol.name}`;
    });
  }

  function show(program: Program): void {
    const next = assemble(ts, program, names);
    const text = program.repl ? `${next.text}declare const $around: { cell(i: number): void };\n` : next.text;
    if (text !== current.text) env.updateFile(FILE, text === "" ? " " : text);
    current = { text, starts: next.starts };
  }

  function problemOf(found: ts.Diagnostic, { cells }: Program): Problem | undefined {
    if (found.start === undefined || found.category > ts.DiagnosticCategory.Error) return undefined;
    const { cell, at } = placeIn(current, found.start);
    const text = cells[cell] ?? "";
    if (at < 0 || found.start < current.starts[0]!) return undefined;
    const from = Math.min(at, text.length);
    const message = ts.flattenDiagnosticMessageText(found.messageText, "\n");
    const shapes = shapesIn(message);
    return {
      cell,
      from,
      to: Math.min(text.length, Math.max(from + 1, from + (found.length ?? 1))),
      line: text.slice(0, from).split("\n").length,
      severity: found.category === ts.DiagnosticCategory.Error ? "error" : "warning",
      code: found.code,
      message: message.slice(0, 2000),
      ...(shapes !== undefined && { shapes }),
    };
  }

  const position = ({ cell, position }: { cell: number; position: number }): number =>
    current.starts[cell]! + position;

  function hintOf(info: ts.QuickInfo | ts.CompletionEntryDetails, from: number, to: number): Hint {
    return {
      from,
      to,
      signature: ts.displayPartsToString(info.displayParts).slice(0, 1200),
      text: ts.displayPartsToString(info.documentation).split("\n\n")[0]!.slice(0, 600),
    };
  }

  /** What a call gives, where the place is the name of what is called: the shape matters more than the signature. */
  function callAt(position: number): string | undefined {
    const program = languageService.getProgram()!;
    let found: ts.CallExpression | undefined;
    const walk = (node: ts.Node): void => {
      if (position < node.getStart() || position >= node.end) return;
      if (ts.isCallExpression(node)) {
        const { expression } = node;
        const name = ts.isPropertyAccessExpression(expression) ? expression.name : expression;
        if (ts.isIdentifier(name) && name.getStart() === position) found = node;
      }
      ts.forEachChild(node, walk);
    };
    walk(program.getSourceFile(FILE)!);
    if (found === undefined) return undefined;
    const type = program
      .getTypeChecker()
      .typeToString(
        program.getTypeChecker().getTypeAtLocation(found),
        undefined,
        ts.TypeFormatFlags.NoTruncation,
      );
    const { expression } = found;
    const name = ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
    return `${name}(…): ${type}`.slice(0, 600);
  }

  /** JavaScript in the form `require` and `exports`, as the body of a function that the frame calls. */
  function emitted(assembled: Assembled, program: Program, expression?: string): Emitted {
    const { outputText, sourceMapText, diagnostics } = ts.transpileModule(assembled.text, {
      reportDiagnostics: true,
      fileName: FILE,
      compilerOptions: { ...OPTIONS, module: ts.ModuleKind.CommonJS, sourceMap: true, lib: undefined },
    });
    const lineStarts = ts.createSourceFile(FILE, assembled.text, ts.ScriptTarget.ES2022).getLineStarts();
    const lines = linesOf((JSON.parse(sourceMapText!) as { mappings: string }).mappings).map((line) => {
      if (line === undefined) return null;
      const { cell, at } = placeIn(assembled, lineStarts[line]!);
      if (at < 0) return null;
      return [cell, line - lineOf(lineStarts, assembled.starts[cell]!) + 1] as const;
    });
    const js = outputText.replace(/\n?\/\/# sourceMappingURL=.*\n?$/, "");
    const before = current;
    current = assembled;
    const problems = (diagnostics ?? []).flatMap((found) => problemOf(found, program) ?? []);
    current = before;
    return {
      js: `export default async function (require, exports, $around) {${js}\n}`,
      lines,
      problems,
      ...(expression !== undefined && { expression }),
    };
  }

  return {
    check(program) {
      show(program);
      return [
        ...languageService.getSyntacticDiagnostics(FILE),
        ...languageService.getSemanticDiagnostics(FILE),
      ]
        .slice(0, MOST_PROBLEMS)
        .flatMap((found) => problemOf(found, program) ?? []);
    },
    hint(about) {
      show(about);
      const info = languageService.getQuickInfoAtPosition(FILE, position(about));
      if (info === undefined) return undefined;
      const from = info.textSpan.start - current.starts[about.cell]!;
      const hint = hintOf(info, from, from + info.textSpan.length);
      const call = callAt(info.textSpan.start);
      return call === undefined ? hint : { ...hint, signature: call };
    },
    complete(about): Proposals | undefined {
      show(about);
      const found = languageService.getCompletionsAtPosition(FILE, position(about), {});
      if (found === undefined) return undefined;
      const word = /[\w$]*$/.exec(about.cells[about.cell]!.slice(0, about.position))![0];
      const entries = found.entries
        .filter(
          ({ name }) => name.toLowerCase().startsWith(word.toLowerCase()) && !name.startsWith("$around"),
        )
        .slice(0, MOST_PROPOSALS)
        .map(({ name, kind, sortText }) => ({ name, kind, sort: sortText }));
      return { from: about.position - word.length, entries };
    },
    detail(about) {
      const info = languageService.getCompletionEntryDetails(
        FILE,
        position(about),
        about.name,
        {},
        undefined,
        {},
        undefined,
      );
      return info === undefined ? undefined : hintOf(info, 0, 0);
    },
    emit(program) {
      const alter = program.repl ? showing(ts) : undefined;
      return emitted(assemble(ts, program, names, alter), program);
    },
    explain(program) {
      show(program);
      const found = lastTensor();
      if (found === undefined) return { js: "", lines: [], problems: [] };
      const { cell } = placeIn(current, found.pos);
      const upTo = placeIn(current, found.statement.end).at;
      const cells = program.cells.slice(0, cell + 1);
      cells[cell] = cells[cell]!.slice(
        0,
        found.within ? placeIn(current, found.statement.getStart()).at : upTo,
      );
      const call = `\n;await $around.explain(${found.text});`;
      const assembled = assemble(ts, { ...program, cells }, names, (statements, text, i) => [
        ...withoutPrinting(ts, statements),
        ...(i === cell ? [[text.length, text.length, call] as const] : []),
      ]);
      return emitted(assembled, program, found.text);
    },
  };

  /** The last expression of the program that is a tensor: what a last line prints, or the last name that got one. */
  function lastTensor(): { statement: ts.Statement; text: string; pos: number; within: boolean } | undefined {
    const program = languageService.getProgram()!;
    const checker = program.getTypeChecker();
    const isTensor = (node: ts.Node): boolean => checker.getTypeAtLocation(node).symbol?.name === "Tensor";
    const inside = (node: ts.Node): ts.Expression | undefined => {
      if (ts.isFunctionLike(node)) return undefined;
      if (ts.isExpression(node) && !ts.isStringLiteral(node) && isTensor(node)) return node;
      let last: ts.Expression | undefined;
      ts.forEachChild(node, (child) => {
        last = inside(child) ?? last;
      });
      return last;
    };
    const search = (statements: readonly ts.Statement[]): ReturnType<typeof lastTensor> => {
      for (const statement of [...statements].reverse()) {
        if (ts.isBlock(statement)) {
          const found = search(statement.statements);
          if (found !== undefined) return found;
        } else if (ts.isExpressionStatement(statement)) {
          const found = inside(statement);
          if (found !== undefined)
            return { statement, text: found.getText(), pos: statement.getStart(), within: true };
        } else if (ts.isVariableStatement(statement)) {
          const named = statement.declarationList.declarations.findLast(
            ({ name }) => ts.isIdentifier(name) && isTensor(name),
          );
          if (named !== undefined)
            return { statement, text: named.name.getText(), pos: statement.getStart(), within: false };
        }
      }
      return undefined;
    };
    return search(program.getSourceFile(FILE)!.statements);
  }
}

/** The line of a place, from 0. */
function lineOf(starts: readonly number[], position: number): number {
  let line = 0;
  while (line + 1 < starts.length && starts[line + 1]! <= position) line++;
  return line;
}
