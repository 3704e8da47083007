import type {Row} from "../../experiment/columns.js";
import {experiment} from "../../experiment/experiment.js";
import {POLYNOMIALS, type PolynomialId} from "../../mixers/kronecker/exp-polynomial.js";
import {
  drawNumbers,
  MATCHING_WIDTH,
  matchedTokens,
  matchingHead,
  sufficientSharpness,
} from "../../mixers/kronecker/match-three.js";
import {monomialCount} from "../../mixers/kronecker/monomials.js";
import {tensorOperations} from "../../mixers/kronecker/operations.js";
import {polynomialAttention} from "../../mixers/kronecker/polynomial-attention.js";
import {kronecker} from "../../mixers/kronecker/technique.js";
import {type TensorHead, tensorAttention} from "../../mixers/kronecker/tensor-attention.js";
import {allOperations} from "../../mixers/operation-counts.js";
import {documentShare} from "../../stats/documents.js";
import {largest, smallest} from "../../stats/extent.js";
import {mean} from "../../stats/moments.js";
import {randomStream} from "../../tensor/random.js";
import {known} from "../shared/quality-columns.js";
import {tripleColumns} from "./triple-columns.js";

const BOUNDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5] as const;
const DEGREES = [1, 2, 3, 4, 6, 8, 10, 12] as const;
const LENGTHS = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096] as const;
/** Texts up to this are run exactly; longer ones by the formula of the same counts. */
const LONGEST_EXACT = 64;
/** Degrees whose operations are counted over the length. */
const COUNTED_DEGREES = [2, 4, 8] as const;
const SEEDS = [1, 2, 3] as const;
const VALUE_WIDTH = 4;
/** Lists of keys: pairs of tokens for each query. */
const LISTS = 2;

/** Numbers of the written head's task: polynomials that are sharp enough for more would take too many terms. */
const MATCH = {modulus: 5, tokens: 8, kinds: 3} as const;
/** Sharpness over the one that decides every list rightly. */
const SHARPNESS = [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1] as const;
const MATCH_DEGREES = [4, 8, 12] as const;
const MATCH_LISTS = 40;

const columns = {
  kind: {type: "string", label: "Polynomial"},
  degree: {type: "integer", label: "Degree"},
  bound: {type: "number", label: "Largest entry of queries and keys"},
  error: {
    type: "number",
    label: "Largest error of a head's output, mean of three heads",
    provenance: "measured",
  },
  errorLow: {type: "number", label: "Of the best of three heads", provenance: "measured"},
  errorHigh: {type: "number", label: "Of the worst of three heads", provenance: "measured"},
  terms: {type: "integer", label: "Monomials"},
  operations: {type: "integer", label: "Operations", provenance: "measured"},
  exactOperations: {type: "integer", label: "Operations of the exact sum", provenance: "measured"},
} as const;

const lengthColumns = {
  algorithm: {type: "string", label: "Algorithm"},
  tokens: {type: "integer", label: "Tokens"},
  counted: {type: "number", label: "Operations, counted", provenance: "measured", nullable: true},
  operations: {type: "number", label: "Operations, by formula", provenance: "modelled"},
} as const;

const sharpColumns = {
  algorithm: {type: "string", label: "Algorithm"},
  sharpness: {type: "number", label: "Sharpness, over the one that suffices"},
  bound: {type: "number", label: "Largest entry of queries and keys"},
  ...tripleColumns,
} as const;

/** Attention to pairs of tokens, summed exactly and by polynomials. */
export const kroneckerExperiment = experiment({
  id: "mixers/kronecker",
  title: "Attention to pairs of tokens",
  question: "How large may entries be for a polynomial to take the place of a cubic sum?",
  source: kronecker.source,
  params: {
    kinds: {
      kind: "choices",
      label: "Polynomials",
      options: POLYNOMIALS,
      names: {taylor: "Taylor", chebyshev: "Chebyshev"},
      default: POLYNOMIALS,
      rowsBy: "kind",
    },
    degrees: {kind: "choices", label: "Degrees", options: DEGREES, default: [1, 2, 4, 8, 12]},
    width: {
      kind: "integer",
      label: "Channels of queries and keys",
      help: "Monomials grow as a power of it.",
      min: 1,
      max: 5,
      default: 4,
    },
    tokens: {kind: "integer", label: "Tokens", min: 2, max: 64, log: true, default: 32},
  },
  columns,
  tables: {lengths: lengthColumns, sharpness: sharpColumns},
  needs: [],
  sweep: [{}],
  async run({kinds, degrees, width, tokens}, {progress}) {
    const rows: Row<typeof columns>[] = [];
    for (const [n, bound] of BOUNDS.entries()) {
      await progress((0.5 * n) / BOUNDS.length, `entries up to ${bound}`);
      const heads = SEEDS.map((seed) => randomHead({tokens, width, bound, seed}));
      for (const row of errorRows(heads, {kinds, degrees, bound})) rows.push(row);
    }
    await progress(0.5, "texts of growing length");
    const lengths = LENGTHS.flatMap((length) => lengthRows(length, width));
    await progress(0.8, "triples of numbers");
    return {rows, lengths, sharpness: sharpnessRows()};
  },
});

interface HeadSizes {
  readonly tokens: number;
  readonly width: number;
  readonly bound: number;
  readonly seed: number;
}

/** A head whose queries and keys are uniform between -bound and bound, its values between -1 and 1. */
function randomHead({tokens, width, bound, seed}: HeadSizes): TensorHead {
  const stream = randomStream(seed, "kronecker heads");
  const matrix = (columns: number, size: number) =>
    Float64Array.from({length: tokens * columns}, () => size * (2 * stream.uniform() - 1));
  return {
    q: matrix(width, bound),
    keys: Array.from({length: LISTS}, () => matrix(width, bound)),
    values: Array.from({length: LISTS}, () => matrix(VALUE_WIDTH, 1)),
    width,
    valueWidth: VALUE_WIDTH,
  };
}

interface ErrorSetting {
  readonly kinds: readonly PolynomialId[];
  readonly degrees: readonly number[];
  readonly bound: number;
}

function errorRows(
  heads: readonly TensorHead[],
  {kinds, degrees, bound}: ErrorSetting,
): Row<typeof columns>[] {
  const exact = heads.map((head) => tensorAttention(head));
  return kinds.flatMap((kind) =>
    degrees.map((degree) => {
      const runs = heads.map((head) =>
        polynomialAttention(head, {kind, degree, reach: bound ** (LISTS + 1)}),
      );
      const errors = runs.map(({output}, at) => largestGap(output, exact[at].output));
      return {
        kind,
        degree,
        bound,
        error: mean(errors),
        errorLow: smallest(errors),
        errorHigh: largest(errors),
        terms: monomialCount(heads[0].width, degree),
        operations: allOperations(runs[0].counts),
        exactOperations: allOperations(exact[0].counts),
        provenance: "measured",
      };
    }),
  );
}

const largestGap = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at])), 0);

/** Operations of a text of so many tokens; the polynomial's are linear in them, so two short texts give all. */
function lengthRows(tokens: number, width: number): Row<typeof lengthColumns>[] {
  const exact = tensorOperations({tokens, width, valueWidth: VALUE_WIDTH, lists: LISTS});
  const ran =
    tokens <= LONGEST_EXACT
      ? allOperations(tensorAttention(randomHead({tokens, width, bound: 1, seed: 1})).counts)
      : null;
  const first = {
    algorithm: "exact",
    tokens,
    counted: ran,
    operations: exact,
    provenance: "measured",
  } as const;
  return [
    first,
    ...COUNTED_DEGREES.map((degree) => {
      const of = (length: number) => {
        const head = randomHead({tokens: length, width, bound: 1, seed: 1});
        return allOperations(polynomialAttention(head, {kind: "chebyshev", degree, reach: 1}).counts);
      };
      const [one, two] = [of(1), of(2)];
      return {
        algorithm: `degree ${degree}`,
        tokens,
        counted: of(tokens),
        operations: one + (two - one) * (tokens - 1),
        provenance: "measured",
      } as const;
    }),
  ];
}

/** Numbers decided by the head that is written down, with exp and with polynomials in its place. */
function sharpnessRows(): Row<typeof sharpColumns>[] {
  const lists = Array.from({length: MATCH_LISTS}, (_, n) => drawNumbers(randomStream(n, "matches"), MATCH));
  return SHARPNESS.flatMap((share) => {
    const sharpness = share * sufficientSharpness(MATCH);
    const decided = (outputOf: (head: TensorHead) => Float64Array) =>
      documentShare(
        lists.map((numbers) => {
          const output = outputOf(matchingHead(numbers, MATCH.modulus, sharpness));
          const matched = matchedTokens(numbers, MATCH.modulus);
          const right = matched.filter((label, i) => Number(output[i] > 0.5) === label).length;
          return {right, trials: matched.length};
        }),
      );
    const row = (algorithm: string, found: ReturnType<typeof decided>) => ({
      algorithm,
      sharpness: share,
      bound: Math.cbrt(sharpness * MATCHING_WIDTH),
      right: found.share,
      rightLow: known(found.low),
      rightHigh: known(found.high),
      lists: found.documents,
      provenance: "measured" as const,
    });
    return [
      row(
        "exact",
        decided((head) => tensorAttention(head).output),
      ),
      ...MATCH_DEGREES.map((degree) =>
        row(
          `degree ${degree}`,
          decided((head) => polynomialAttention(head, {kind: "chebyshev", degree, reach: sharpness}).output),
        ),
      ),
    ];
  });
}
