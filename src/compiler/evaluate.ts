/**
 * Runs code by walking its tree: slow and obviously right. The oracle for everything that makes code (schedules,
 * transforms) and for every printer. Private memory is filled with rubbish before each piece of a parallel loop.
 */
import { VerificationError } from "../errors.js";
import type { DType } from "../graph/index.js";
import type { KernelCode, ProgramCode, Statement } from "./code.js";
import type { Across, Buffer, Expr, Local } from "./expression.js";
import type { Atom, Index, Var } from "./index-form.js";
import { type Arithmetic, isPure, rounded, scalarOperation } from "./scalar-operations.js";

/** A number a lane; bools are 0 and 1. */
export type Lanes = readonly number[];

/** Where the status words lie: a code (0 = fine), the value that was wrong, and where. */
export const STATUS = { code: 16, value: 20, site: 24 } as const;

export interface Options extends Arithmetic {
  /** The order of a parallel loop's pieces and of a phase's kernels, which must not matter. */
  readonly backwards?: boolean;
}

/** What expressions read. */
export class Environment {
  readonly locals = new Map<Local, Lanes>();
  readonly variables = new Map<Var, number>();

  constructor(
    readonly memory: DataView = new DataView(new ArrayBuffer(0)),
    /** Address of each buffer; of a private one its place in `scratch`. */
    readonly addresses: ReadonlyMap<Buffer, number> = new Map(),
    readonly scratch: DataView = new DataView(new ArrayBuffer(0)),
    readonly options: Options = {},
  ) {}

  viewOf(buffer: Buffer): DataView {
    return buffer.role === "private" ? this.scratch : this.memory;
  }

  addressOf(buffer: Buffer): number {
    return known(this.addresses.get(buffer), `the buffer ${buffer.name} has no address`);
  }
}

function known<T>(value: T | undefined, complaint: string): T {
  if (value === undefined) throw new VerificationError(`evaluate: ${complaint}`);
  return value;
}

export const bytesOf = (dtype: DType): number =>
  dtype === "float64" ? 8 : dtype === "uint8" || dtype === "bool" ? 1 : 4;

function readElement(view: DataView, address: number, dtype: DType): number {
  if (dtype === "float32") return view.getFloat32(address, true);
  if (dtype === "float64") return view.getFloat64(address, true);
  if (dtype === "int32") return view.getInt32(address, true);
  const byte = view.getUint8(address);
  return dtype === "bool" ? Math.min(byte, 1) : byte;
}

function writeElement(view: DataView, address: number, dtype: DType, value: number): void {
  if (dtype === "float32") view.setFloat32(address, value, true);
  else if (dtype === "float64") view.setFloat64(address, value, true);
  else if (dtype === "int32") view.setInt32(address, value, true);
  else view.setUint8(address, dtype === "bool" ? (value === 0 ? 0 : 1) : value & 255);
}

/** The value of an expression, one number a lane. */
export function evaluateExpr(expr: Expr, environment: Environment): Lanes {
  const done = new Map<Expr, Lanes>();
  const visit = (e: Expr): Lanes => {
    const before = done.get(e);
    if (before !== undefined) return before;
    const value = valueOf(e, e.args.map(visit), environment);
    if (value.length !== e.lanes)
      throw new VerificationError(`evaluate: ${e.op} of ${e.lanes} lanes gave ${value.length}`);
    done.set(e, value);
    return value;
  };
  return visit(expr);
}

function valueOf(e: Expr, args: readonly Lanes[], environment: Environment): Lanes {
  const { op } = e;
  const [first, second] = args;
  if (isPure(op)) {
    if (args.some((arg) => arg.length !== e.lanes))
      throw new VerificationError(`evaluate: the arguments of ${op} have ${args.map((a) => a.length)} lanes`);
    return lanesOf(e, (lane) =>
      scalarOperation(
        op,
        e,
        args.map((arg) => arg[lane]!),
        environment.options,
      ),
    );
  }
  switch (op) {
    case "const":
      return [rounded(e.type, e.value)];
    case "local":
      return known(
        environment.locals.get(e.local!),
        `the register ${e.local!.name} was read before it was set`,
      );
    case "var":
      return [variableOf(e.variable!, environment)];
    case "index":
      return [indexOf(e.index!, environment) | 0];
    case "within": {
      const index = indexOf(e.index!, environment);
      return [index >= e.value && index < e.value2 ? 1 : 0];
    }
    case "load": {
      const buffer = e.buffer!;
      const address = environment.addressOf(buffer) + indexOf(e.index!, environment) * bytesOf(buffer.dtype);
      return [readElement(environment.viewOf(buffer), address, buffer.dtype)];
    }
    case "base":
      return [environment.addressOf(e.buffer!) | 0];
    case "fetch":
      return fetched(e, first![0]!, environment);
    case "splat":
      return lanesOf(e, () => first![0]!);
    case "ramp":
      return lanesOf(e, (lane) => (first![0]! + lane * e.value) | 0);
    case "lanes":
      return args.map((arg) => arg[0]!);
    case "keep":
      return lanesOf(e, (lane) => (lane < e.value ? first! : second!)[lane]!);
    case "lane":
      return [first![e.value]!];
    case "across":
      return [across(first!, e.across!, e)];
  }
}

const lanesOf = (e: Expr, value: (lane: number) => number): Lanes =>
  Array.from({ length: e.lanes }, (_, lane) => value(lane));

function fetched(e: Expr, address: number, environment: Environment): Lanes {
  const buffer = e.buffer!;
  const [view, bytes] = [environment.viewOf(buffer), bytesOf(buffer.dtype)];
  return lanesOf(e, (lane) =>
    lane < e.value2 ? readElement(view, address + e.value + lane * e.stride * bytes, buffer.dtype) : 0,
  );
}

/** The first half with the second, until one is left. */
function across(lanes: Lanes, how: Across, e: Expr): number {
  if (lanes.length === 1) return lanes[0]!;
  const half = lanes.length / 2;
  if (!Number.isInteger(half)) throw new VerificationError(`evaluate: across ${lanes.length} lanes`);
  const folded = lanes.slice(0, half).map((lane, i) => scalarOperation(how, e, [lane, lanes[half + i]!], {}));
  return across(folded, how, e);
}

const variableOf = (variable: Var, environment: Environment): number =>
  variable.extent === 1 && !environment.variables.has(variable)
    ? 0
    : known(environment.variables.get(variable), `no loop runs over ${variable.name}`);

/** The value of an index form. */
function indexOf(index: Index, environment: Environment): number {
  return index.terms.reduce(
    (sum, { atom, factor }) => sum + factor * atomOf(atom, environment),
    index.constant,
  );
}

function atomOf(atom: Atom, environment: Environment): number {
  if (atom.kind === "var") return variableOf(atom, environment);
  if (atom.kind === "quotient") return Math.floor(indexOf(atom.of, environment) / atom.by);
  return evaluateExpr(atom.value as Expr, environment)[0]!;
}

const scalar = (e: Expr, environment: Environment): number => evaluateExpr(e, environment)[0]!;

export function runStatements(statements: readonly Statement[], environment: Environment): void {
  for (const statement of statements) run(statement, environment);
}

function run(statement: Statement, environment: Environment): void {
  switch (statement.kind) {
    case "let":
    case "set": {
      const { local, value } = statement;
      if (value.type !== local.type || value.lanes !== local.lanes)
        throw new VerificationError(`evaluate: ${value.type} x ${value.lanes} into ${local.name}`);
      environment.locals.set(local, evaluateExpr(value, environment));
      return;
    }
    case "store":
      return store(statement, environment);
    case "loop": {
      const { variable, from, to, step, body } = statement;
      const end = scalar(to, environment);
      const outside = environment.variables.get(variable);
      for (let value = scalar(from, environment); value < end; value += step) {
        environment.variables.set(variable, value);
        runStatements(body, environment);
      }
      if (outside === undefined) environment.variables.delete(variable);
      else environment.variables.set(variable, outside);
      return;
    }
    case "if":
      return runStatements(
        scalar(statement.condition, environment) !== 0 ? statement.whenTrue : statement.whenFalse,
        environment,
      );
    case "check":
      return check(statement, environment);
  }
}

type Of<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

function store(statement: Of<"store">, environment: Environment): void {
  const { buffer, offset, stride, valid } = statement;
  const address = scalar(statement.address, environment) + offset;
  const [view, bytes] = [environment.viewOf(buffer), bytesOf(buffer.dtype)];
  evaluateExpr(statement.value, environment).forEach((value, lane) => {
    if (lane < valid) writeElement(view, address + lane * stride * bytes, buffer.dtype, value);
  });
}

function check({ condition, code, site, value }: Of<"check">, environment: Environment): void {
  if (scalar(condition, environment) !== 0 || environment.memory.getInt32(STATUS.code, true) !== 0) return;
  environment.memory.setInt32(STATUS.code, code, true);
  environment.memory.setInt32(STATUS.value, scalar(value, environment), true);
  environment.memory.setInt32(STATUS.site, site, true);
}

/** Rubbish: NaN as a float, a large negative number as an integer. */
const RUBBISH = 0xff;

/** The turns from `begin` up to `end` of a kernel. */
export function runKernel(kernel: KernelCode, begin: number, end: number, environment: Environment): void {
  const { buffer, byteOffset, byteLength } = environment.scratch;
  new Uint8Array(buffer, byteOffset, byteLength).fill(RUBBISH);
  environment.locals.clear();
  environment.locals.set(kernel.begin, [begin]);
  environment.locals.set(kernel.end, [end]);
  runStatements(kernel.body, environment);
}

/**
 * Runs a program once. `addresses[i]` is that of `program.buffers[i]` (private ones need none); memory begins with the
 * status words.
 */
export function runProgram(
  program: ProgramCode,
  memory: DataView,
  addresses: readonly number[],
  options: Options = {},
): void {
  const places = new Map<Buffer, number>();
  program.buffers.forEach((buffer, i) => {
    const place = buffer.role === "private" ? program.privateOffsets.get(buffer) : addresses[i];
    places.set(buffer, known(place, `the buffer ${buffer.name} has no place`));
  });
  for (const [buffer, place] of program.privateOffsets) places.set(buffer, place);
  const scratch = new DataView(new ArrayBuffer(program.privateBytes));
  const order = <T>(list: readonly T[]): readonly T[] => (options.backwards ? [...list].reverse() : list);
  for (const phase of program.phases) {
    for (const index of order(phase.kernels)) {
      const kernel = known(program.kernels[index], `there is no kernel ${index}`);
      for (const begin of order(beginnings(kernel))) {
        const end = Math.min(begin + kernel.grain, kernel.turns);
        runKernel(kernel, begin, end, new Environment(memory, places, scratch, options));
      }
    }
  }
}

const beginnings = ({ turns, grain }: KernelCode): readonly number[] =>
  Array.from({ length: Math.ceil(turns / grain) }, (_, piece) => piece * grain);
