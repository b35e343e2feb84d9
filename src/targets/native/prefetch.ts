/**
 * Prefetch: innermost loops that walk through large arrays ask for memory some turns ahead. Processors look ahead by
 * themselves, but no further than some hundred operations, and not all of them guess what comes; work that takes many
 * operations an element would wait for each line of the cache.
 *
 *   loop: load p; ...; p += 256        loop: prefetch p + 1024; load p; ...; p += 256
 *
 * Done in the last loop of a kernel that reads an array: where rows are walked through several times, as those of a softmax,
 * the first loops wait for memory and do little else, while the last one has work to do until the next row is there.
 */
import { type KernelCode, rootsOf, type Statement } from "../../compiler/code.js";
import type { Buffer, Expr, Local } from "../../compiler/expression.js";
import { BYTES } from "../../compiler/scopes.js";

const LINE = 64;

type Loop = Extract<Statement, { kind: "loop" }>;
type Prefetch = Extract<Statement, { kind: "prefetch" }>;

/** Smaller arrays are left alone. */
const LEAST = 2 ** 20;
/** How many bytes ahead. */
const AHEAD = 2048;

/** For code whose addresses advance. */
export function prefetchMemory(kernel: KernelCode): KernelCode {
  const seen = new Set<Buffer>();
  /** From the last to the first. */
  const inBody = (body: readonly Statement[]): Statement[] =>
    announce([...body].reverse().map(inStatement).reverse());
  const inStatement = (statement: Statement): Statement => {
    if (statement.kind === "if") {
      const { whenTrue, whenFalse } = statement;
      return { ...statement, whenTrue: inBody(whenTrue), whenFalse: inBody(whenFalse) };
    }
    if (statement.kind !== "loop") return statement;
    const isInnermost = statement.body.every(({ kind }) => kind !== "loop" && kind !== "if");
    if (!isInnermost) return { ...statement, body: inBody(statement.body) };
    const asked = prefetchesOf(statement, seen);
    return asked.length === 0 ? statement : { ...statement, body: [...asked, ...statement.body] };
  };
  return { ...kernel, body: inBody(kernel.body) };
}

/** What a turn of the loop asks for: each line that it reads or writes, once, of arrays through which it walks in order. */
function prefetchesOf({ body }: Loop, seen: Set<Buffer>): Prefetch[] {
  const steps = new Map<Local, number>();
  for (const s of body) {
    if (s.kind !== "set" || s.local.type !== "address" || s.value.op !== "add") continue;
    const [from, by] = s.value.args;
    if (from!.local === s.local && by!.op === "const") steps.set(s.local, by!.value);
  }
  const lines = new Map<Expr, Map<number, Prefetch>>();
  const found = new Set<Buffer>();
  const note = (access: Access, write: boolean): void => {
    const { buffer, address, offset, lanes, stride } = access;
    const step = address.local === undefined ? undefined : steps.get(address.local);
    const bytes = lanes * BYTES[buffer.dtype];
    // In order: what one turn uses is where the next one goes on.
    if (seen.has(buffer) || step === undefined || step <= 0 || step > 16 * bytes || stride !== 1) return;
    if (lanes === 1 || buffer.role === "private" || buffer.length * BYTES[buffer.dtype] < LEAST) return;
    found.add(buffer);
    const own = lines.get(address) ?? new Map<number, Prefetch>();
    lines.set(address, own);
    const line = Math.floor(offset / LINE);
    if (!own.has(line)) own.set(line, { kind: "prefetch", buffer, address, offset: offset + AHEAD, write });
  };
  const visited = new Set<Expr>();
  const visit = (e: Expr): void => {
    if (visited.has(e)) return;
    visited.add(e);
    e.args.forEach(visit);
    const { buffer, value: offset, lanes, stride } = e;
    if (e.op === "fetch" && buffer !== undefined)
      note({ buffer, address: e.args[0]!, offset, lanes, stride }, false);
  };
  for (const statement of body) {
    rootsOf(statement).forEach(visit);
    if (statement.kind === "store" && statement.stream !== true)
      note({ ...statement, lanes: statement.value.lanes }, true);
  }
  for (const buffer of found) seen.add(buffer);
  return [...lines.values()].flatMap((own) => [...own.values()]);
}

/** A loop of fewer turns is over before memory has come. */
const LONG = 32;
/** Results of fewer bytes stay in the cache by themselves. */
const LEAST_RESULT = 65536;
/** More lines than this are not asked for at a time. */
const MOST_LINES = 48;

/**
 * What is stored behind a long loop, as a tile's sums are, is asked for in front of it: to write a part of a line a processor
 * fetches the line.
 */
function announce(body: Statement[]): Statement[] {
  const at = body.findLastIndex((s) => s.kind === "loop");
  const loop = body[at];
  if (loop?.kind !== "loop" || loop.to.op !== "const" || loop.to.value < LONG * loop.step) return body;
  const [before, behind] = [body.slice(0, at), body.slice(at + 1)];
  // Addresses that do not depend on what the loop finds are computed in front of it.
  const late = new Set<Local>();
  const changing = new Set<Local>();
  for (const s of [...loop.body, ...behind]) if (s.kind === "set") changing.add(s.local);
  const isKnown = (e: Expr): boolean =>
    e.op === "local"
      ? !late.has(e.local!) && !changing.has(e.local!)
      : e.op !== "fetch" && e.args.every(isKnown);
  const moved: Statement[] = [];
  const rest: Statement[] = [];
  for (const s of behind) {
    const isAddress =
      s.kind === "let" && (s.local.type === "address" || s.local.type === "i32") && s.local.lanes === 1;
    if (isAddress && !changing.has(s.local) && isKnown(s.value)) moved.push(s);
    else {
      if (s.kind === "let") late.add(s.local);
      rest.push(s);
    }
  }
  const lines = new Map<Expr, Map<number, Prefetch>>();
  let count = 0;
  for (const s of rest) {
    if (s.kind !== "store" || s.value.lanes === 1 || s.stride !== 1 || s.stream === true) continue;
    const { buffer, address, offset } = s;
    if (buffer.role === "private" || buffer.length * BYTES[buffer.dtype] < LEAST_RESULT || !isKnown(address))
      continue;
    const own = lines.get(address) ?? new Map<number, Prefetch>();
    lines.set(address, own);
    const line = Math.floor(offset / LINE);
    if (own.has(line) || ++count > MOST_LINES) continue;
    own.set(line, { kind: "prefetch", buffer, address, offset, write: true });
  }
  if (count === 0) return body;
  return [...before, ...moved, ...[...lines.values()].flatMap((own) => [...own.values()]), loop, ...rest];
}

interface Access {
  readonly buffer: Buffer;
  readonly address: Expr;
  readonly offset: number;
  readonly lanes: number;
  readonly stride: number;
}
