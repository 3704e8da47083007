/** Cascades of Einsums: lines that each compute a tensor from those above, written as text. */

/** Index of a tensor: tiles of keys `t`, keys of a tile `n`, channels of keys `e` and of values `f`. */
export type Rank = "t" | "n" | "e" | "f";

/** All ranks, outermost first. */
export const RANKS: readonly Rank[] = ["t", "n", "e", "f"];

/** A tensor that a line reads. */
export interface TensorRead {
  readonly tensor: string;
  readonly ranks: readonly Rank[];
  /** The tile that is read: the one at hand, the one before it, or the last of all. */
  readonly tile: "own" | "before" | "last";
}

/** Operations of a line on one or two tensors. */
export type Operation = "copy" | "multiply" | "divide" | "add" | "larger" | "exponential";

/** One line of a cascade. */
export interface Einsum {
  readonly tensor: string;
  readonly ranks: readonly Rank[];
  /** Ranks that are reduced, and how. */
  readonly over: readonly Rank[];
  readonly by: "sum" | "max";
  readonly operation: Operation;
  readonly reads: readonly TensorRead[];
}

/** Inputs of attention for one query: they are there before the first line. */
export const INPUTS = {Q: ["e"], K: ["t", "n", "e"], V: ["t", "n", "f"]} as const satisfies Record<
  string,
  readonly Rank[]
>;

const LINE = /^(\w+)\[([\w,]*)\]=(?:(sum|max)\(([\w,]+)\)(?=\w))?(.+)$/;
const REF = /(\w+)\[([\w,-]*)\]/;
const FORMS: readonly (readonly [RegExp, Operation])[] = [
  [new RegExp(`^exp\\(${REF.source}-${REF.source}\\)$`), "exponential"],
  [new RegExp(`^max\\(${REF.source},${REF.source}\\)$`), "larger"],
  [new RegExp(`^${REF.source}\\*${REF.source}$`), "multiply"],
  [new RegExp(`^${REF.source}/${REF.source}$`), "divide"],
  [new RegExp(`^${REF.source}\\+${REF.source}$`), "add"],
  [new RegExp(`^${REF.source}$`), "copy"],
];

/**
 * Reads a cascade, a line for each tensor: `SD[] = sum(t,n) SN[t,n]`, `A[t,n] = SN[t,n] / SD[]`, `exp(A[t] - B[])`,
 * `max(RM[t-1], LM[t])`, `RD[last]`.
 * @throws RangeError naming the line that cannot be read, or reads what no line above it computes.
 */
export function parseCascade(text: string): Einsum[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const einsums = lines.map(parseLine);
  const shapes = new Map<string, readonly Rank[]>(Object.entries(INPUTS));
  const later = new Map(einsums.map(({tensor, ranks}) => [tensor, ranks]));
  einsums.forEach((einsum, i) => {
    for (const read of einsum.reads) {
      const shape = shapes.get(read.tensor) ?? (read.tile === "before" ? later.get(read.tensor) : undefined);
      if (shape?.join() !== read.ranks.join())
        throw refusal(lines[i], `${read.tensor} computed above with these ranks`);
    }
    if (shapes.has(einsum.tensor)) throw refusal(lines[i], "a tensor of its own");
    requireRanks(einsum, lines[i]);
    shapes.set(einsum.tensor, einsum.ranks);
  });
  if (einsums.length === 0) throw new RangeError("parseCascade: text must hold a line, got none");
  return einsums;
}

const refusal = (line: string, allowed: string) =>
  new RangeError(`parseCascade: a line must read and compute ${allowed}, got ${JSON.stringify(line.trim())}`);

/** Ranks that a line reads at the tile at hand are those that it computes and reduces, each once. */
function requireRanks({ranks, over, reads}: Einsum, line: string): void {
  const read = new Set(
    reads.flatMap((each) => (each.tile === "last" ? each.ranks.filter((rank) => rank !== "t") : each.ranks)),
  );
  const made = [...ranks, ...over];
  const isSame = made.length === read.size && made.every((rank) => read.has(rank));
  if (!isSame) throw refusal(line, "the same ranks");
}

function parseLine(line: string): Einsum {
  const [, tensor, ranks, by, over, rest] = LINE.exec(line.replaceAll(/\s/g, "")) ?? [];
  const form = FORMS.map(([shape, operation]) => ({operation, found: shape.exec(rest ?? "")})).find(
    ({found}) => found !== null,
  );
  if (tensor === undefined || !form?.found) throw refusal(line, "tensors in one of the known forms");
  const cells = form.found.slice(1);
  return {
    tensor,
    ranks: ranksOf(ranks, line),
    over: ranksOf(over ?? "", line),
    by: by === "max" ? "max" : "sum",
    operation: form.operation,
    reads: cells.flatMap((name, i) => (i % 2 === 0 ? [readOf(name, cells[i + 1], line)] : [])),
  };
}

function readOf(tensor: string, indices: string, line: string): TensorRead {
  const [first] = indices.split(",");
  const tile = first === "t-1" ? "before" : first === "last" ? "last" : "own";
  return {tensor, tile, ranks: ranksOf(tile === "own" ? indices : indices.replace(first, "t"), line)};
}

function ranksOf(indices: string, line: string): Rank[] {
  const ranks = indices.split(",").filter((index) => index !== "");
  if (!ranks.every((rank): rank is Rank => (RANKS as readonly string[]).includes(rank))) {
    throw refusal(line, `ranks ${RANKS.join(", ")}`);
  }
  return ranks.toSorted((a, b) => RANKS.indexOf(a) - RANKS.indexOf(b));
}
