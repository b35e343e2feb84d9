/**
 * Vectorize: an expression of one lane variable becomes the expression of several neighbours. Loads that step evenly
 * become vector loads, numbers of the loop become ramps; what does not step evenly is computed lane by lane.
 */
import {
  constant,
  type Expr,
  fromLanes,
  indexValue,
  laneOf,
  load,
  oneLane,
  pure,
  ramp,
  splat,
  withArgs,
} from "./expression.js";
import {
  bounds,
  dependsOn,
  type Index,
  strideOf,
  substitute,
  type Var,
  visitAtoms,
  whole,
} from "./index-form.js";
import { BYTES } from "./scopes.js";
import { Substitution } from "./substitution.js";

export interface Lane {
  readonly variable: Var;
  readonly lanes: number;
  /** How many of the lanes are there; the others hold anything. */
  readonly valid: number;
}

/** One store: of all lanes with a stride, or of one of them. */
interface StorePlace {
  readonly index: Index;
  readonly stride: number;
  readonly lanes: number;
  readonly valid: number;
  /** How the value to store is read. */
  readonly at: { readonly expr: (e: Expr) => Expr };
}

export class Vectorizer {
  readonly #done = new Map<Expr, Expr>();
  readonly #depends = new Map<Expr, boolean>();
  readonly #single: Substitution[] = [];

  constructor(
    readonly substitution: Substitution,
    readonly lane: Lane | undefined,
    /** Bytes around each buffer that may be read. */
    readonly slack: number,
  ) {}

  /** The expression at the point, by lanes where it differs between them. */
  expr(e: Expr): Expr {
    const bound = this.substitution.expr(e);
    return this.lane === undefined ? bound : this.#vector(bound, this.lane);
  }

  /** One reading of expressions for each lane that is there. */
  scalars(): { expr: (e: Expr) => Expr }[] {
    if (this.lane === undefined) return [{ expr: (e) => this.substitution.expr(e) }];
    return Array.from({ length: this.lane.valid }, (_, k) => ({
      expr: (e: Expr) => this.#lane(k).expr(this.substitution.expr(e)),
    }));
  }

  /** Where a store goes. */
  places(index: Index): StorePlace[] {
    const bound = this.substitution.index(index);
    if (this.lane === undefined) return [{ index: bound, stride: 1, lanes: 1, valid: 1, at: this }];
    const { lanes, valid } = this.lane;
    const stride = this.#stride(bound, this.lane);
    if (stride !== undefined)
      return [{ index: this.#first(bound, this.lane), stride, lanes, valid, at: this }];
    return this.scalars().map((at, k) => ({
      index: this.#lane(k).index(bound),
      stride: 1,
      lanes: 1,
      valid: 1,
      at,
    }));
  }

  /** The substitution of the lane variable by a number. */
  #lane(k: number): Substitution {
    let single = this.#single[k];
    if (single === undefined) {
      const { variable } = this.lane!;
      single = new OneLane(variable, k);
      this.#single[k] = single;
    }
    return single;
  }

  #first(index: Index, { variable }: Lane): Index {
    return substitute(index, (atom) => (atom === variable ? whole(0) : undefined));
  }

  #stride(index: Index, { variable }: Lane): number | undefined {
    let even = true;
    visitAtoms(index, (atom) => {
      if (atom.kind === "unknown" && this.#dependsOnLane(atom.value as Expr, variable)) even = false;
    });
    return even ? strideOf(index, variable) : undefined;
  }

  #dependsOnLane(e: Expr, variable: Var): boolean {
    const known = this.#depends.get(e);
    if (known !== undefined) return known;
    let result = e.lanes > 1 || e.args.some((arg) => this.#dependsOnLane(arg, variable));
    if (!result && e.index !== undefined) {
      result = dependsOn(e.index, variable);
      visitAtoms(e.index, (atom) => {
        if (atom.kind === "unknown") result ||= this.#dependsOnLane(atom.value as Expr, variable);
      });
    }
    this.#depends.set(e, result);
    return result;
  }

  #vector(e: Expr, lane: Lane): Expr {
    const known = this.#done.get(e);
    if (known !== undefined) return known;
    const result = this.#dependsOnLane(e, lane.variable) ? this.#build(e, lane) : e;
    this.#done.set(e, result);
    return result;
  }

  #build(e: Expr, lane: Lane): Expr {
    const stride = e.index === undefined ? undefined : this.#stride(e.index, lane);
    if (e.index !== undefined && stride === undefined) return this.#laneByLane(e, lane);
    if (e.op === "load") {
      if (!readable(e, this.slack)) return this.#laneByLane(e, lane);
      return load(e.buffer!, this.#first(e.index!, lane), lane.lanes, stride!, lane.valid);
    }
    if (e.op === "index") return ramp(indexValue(this.#first(e.index!, lane)), stride!, lane.lanes);
    if (e.op === "within") {
      const places = ramp(indexValue(this.#first(e.index!, lane)), stride!, lane.lanes);
      const low = pure("le", [constant(e.value, "i32"), places]);
      return pure("and", [low, pure("lt", [places, constant(e.value2, "i32")])]);
    }
    return withArgs(
      e,
      e.args.map((arg) => this.#vector(arg, lane)),
    );
  }

  #laneByLane(e: Expr, { lanes, valid }: Lane): Expr {
    const parts = Array.from({ length: valid }, (_, k) => this.#lane(k).expr(e));
    while (parts.length < lanes) parts.push(parts[0]!);
    return parts.every((part) => part === parts[0]) ? splat(parts[0]!, lanes) : fromLanes(parts);
  }
}

/** What an expression is in one of the lanes, also where registers that it reads hold all of them. */
class OneLane extends Substitution {
  readonly #narrow = new Map<Expr, Expr>();

  constructor(
    variable: Var,
    readonly lane: number,
  ) {
    super((v) => (v === variable ? whole(lane) : undefined));
  }

  override expr(e: Expr): Expr {
    if (e.lanes === 1) return super.expr(e);
    if (e.op === "local") return laneOf(e, this.lane);
    if (e.op === "splat") return this.expr(e.args[0]!);
    let result = this.#narrow.get(e);
    if (result === undefined) {
      result = oneLane(
        e,
        e.args.map((arg) => this.expr(arg)),
      );
      this.#narrow.set(e, result);
    }
    return result;
  }
}

/** Does a load by lanes stay within the memory that may be read? */
function readable(e: Expr, slackBytes: number): boolean {
  const slack = slackBytes / BYTES[e.buffer!.dtype];
  const [low, high] = bounds(e.index!);
  return low >= -slack && high < e.buffer!.length + slack;
}
