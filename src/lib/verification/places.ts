import type {IntegerType, Kernel, Statement} from "./kernel.js";

/** A name's cells in memory. */
export interface Place {
  readonly type: IntegerType;
  readonly base: number;
  /** Numbers of an array, or null for a single one. */
  readonly length: number | null;
  readonly isInput: boolean;
}

const COUNTER: IntegerType = {isSigned: true, bits: 32};

function* declared(block: readonly Statement[]): Generator<{name: string; type: IntegerType}> {
  for (const statement of block) {
    if (statement.kind === "declare") yield statement;
    if (statement.kind === "for") yield {name: statement.counter, type: COUNTER};
    if (statement.kind === "for" || statement.kind === "if") yield* declared(statement.body);
    if (statement.kind === "if") yield* declared(statement.otherwise);
  }
}

const sameType = (a: IntegerType, b: IntegerType) => a.isSigned === b.isSigned && a.bits === b.bits;

/** Places of all names: parameters in their order, then what statements declare. */
export function placesOf({name: kernel, parameters, body}: Kernel) {
  const places = new Map<string, Place>();
  let base = 0;
  const add = (name: string, place: Omit<Place, "base">) => {
    places.set(name, {...place, base});
    base += place.length ?? 1;
  };
  for (const {name, type, length, direction} of parameters) {
    if (places.has(name)) throw new RangeError(`${kernel}: names must be unique, got ${name} twice`);
    add(name, {type, length, isInput: direction === "in"});
  }
  for (const {name, type} of declared(body)) {
    const known = places.get(name);
    if (known === undefined) add(name, {type, length: null, isInput: false});
    // Counters of several loops may share a name.
    else if (type !== COUNTER || known.isInput || !sameType(known.type, type)) {
      throw new RangeError(`${kernel}: names must be unique, got ${name} twice`);
    }
  }
  return {places, size: base};
}
