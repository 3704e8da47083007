/** L-Mul's claims, judged on a trained decoder whose products are replaced. */

import {integerAddEnergy, OPERATION_ENERGY} from "../../../accel/energy.js";
import type {Reach} from "../../../arithmetic/lmul/multiplier.js";
import type {MultiplierId} from "../../arithmetic/multipliers.js";
import type {Claim, Evidence} from "../claim.js";
import {gapPercent, intervalsOf, modelled, reported, spread, type TextLosses} from "../evidence.js";
import {atMostVerdict, orderVerdict, PERPLEXITY_LOST} from "../rules.js";

/** Losses of texts by the way to multiply and by which products it replaces. */
export type ReplacedLosses = ReadonlyMap<string, TextLosses>;

/** Key of a run. */
export const replacedKey = (id: MultiplierId, reach: Reach) => `${id} ${reach}`;

/** Runs that the claims compare. */
export const COMPARED = [
  "l-mul-4",
  "l-mul-3",
  "fp8-e4m3",
  "fp8-e5m2",
] as const satisfies readonly MultiplierId[];

const L_MUL = "arXiv:2410.00907";
const WORDS = {attention: "products of attention replaced", all: "every product replaced"} as const;
const REACHES = ["attention", "all"] as const;
const OURS =
  "Ours is a decoder of a few hundred thousand parameters on our own texts; the constant is that of the paper for the width of the mantissa, exponents stay those of float32, and FP8 has one scale a tensor.";

/** Perplexity of one way above that of another, in per cent. */
function gaps(found: ReplacedLosses, worse: MultiplierId, better: MultiplierId): Evidence[] {
  return REACHES.flatMap((reach) => {
    const [a, b] = [found.get(replacedKey(worse, reach)), found.get(replacedKey(better, reach))];
    if (a === undefined || b === undefined) return [];
    return [spread(WORDS[reach], "perplexity above the rival's", gapPercent(a, b), "%")];
  });
}

const share = (less: number, whole: number) => 100 * (1 - less / whole);

/** A number of a formula is close to a printed one within five points. */
const near = ([printed]: readonly Evidence[], [own]: readonly Evidence[]) =>
  Math.abs((own?.value ?? Number.NaN) - (printed?.value ?? Number.NaN)) <= 5 ? "agrees" : "same direction";

const {fp32Multiply, fp32Add} = OPERATION_ENERGY;

/** Claims of L-Mul. */
export const lMulClaims: readonly Claim<ReplacedLosses>[] = [
  {
    id: "l-mul-energy-product",
    paper: L_MUL,
    place: "abstract",
    statement: "An addition in place of a multiplication saves 95 % of the energy of an elementwise product.",
    kind: "modelled",
    reported: [reported("elementwise products in floating point", "energy saved", 95, "%")],
    ours: () => [
      modelled(
        "a float32 product, 45 nm",
        "energy saved by an addition of 32 bits",
        share(integerAddEnergy(32), fp32Multiply.value),
        "%",
      ),
    ],
    judge: near,
    why: "Both are Horowitz's energies of operations in an old process, for the arithmetic alone: memory and control are not in them.",
  },
  {
    id: "l-mul-energy-dot",
    paper: L_MUL,
    place: "abstract",
    statement: "A dot product whose products are additions saves 80 % of its energy.",
    kind: "modelled",
    reported: [reported("dot products in floating point", "energy saved", 80, "%")],
    ours: () => [
      modelled(
        "float32 products and sums, 45 nm",
        "energy saved by an addition of 32 bits for each product",
        share(integerAddEnergy(32) + fp32Add.value, fp32Multiply.value + fp32Add.value),
        "%",
      ),
    ],
    judge: near,
    why: "The sums stay additions of floating-point numbers, which bound what can be saved.",
  },
  {
    id: "l-mul-four-bits",
    paper: L_MUL,
    place: "abstract",
    statement: "With mantissas of 4 bits it is as precise as multiplication in E4M3.",
    kind: "measured",
    reported: [reported("language models", "precision lost against E4M3", 0, "%")],
    ours: (found) => gaps(found, "l-mul-4", "fp8-e4m3"),
    judge: (_, ours) => atMostVerdict(intervalsOf(ours), PERPLEXITY_LOST),
    why: `${OURS} As precise is read as: at most ${PERPLEXITY_LOST} % more perplexity.`,
  },
  {
    id: "l-mul-three-bits",
    paper: L_MUL,
    place: "abstract",
    statement: "With mantissas of 3 bits it is more precise than multiplication in E5M2.",
    kind: "measured",
    reported: [reported("language models", "more precise than E5M2", null, "")],
    ours: (found) =>
      gaps(found, "fp8-e5m2", "l-mul-3").map((each) => ({
        ...each,
        quantity: "perplexity of E5M2 above L-Mul's",
      })),
    judge: (_, ours) => orderVerdict(intervalsOf(ours)),
    why: `${OURS} E5M2 keeps two bits of a mantissa, L-Mul's products of three err to one side.`,
  },
];
