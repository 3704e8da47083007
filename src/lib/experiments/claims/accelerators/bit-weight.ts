import {DIGIT_ENCODINGS, digitCounts} from "../../../accel/bit-weight/digits.js";
import {areaEfficiencyGain, PUBLISHED_TERMS} from "../../../accel/bit-weight/published.js";
import {randomStream} from "../../../tensor/random.js";
import type {Claim} from "../claim.js";
import {measured, modelled, reported} from "../evidence.js";

const PAPER = "arXiv:2503.06342";
const OPERANDS = 20_000;
/** Deviation that is still agreement: what the authors' two lengths of a sum differ by. */
const AGREES = 0.03;

/** Mean digits of EN-T that are not zero, of rounded normal numbers. */
function meanDigits(sigma: number): number {
  const counts = digitCounts(DIGIT_ENCODINGS.find(({id}) => id === "en-t")!);
  const {normal} = randomStream(0, `digits of ${sigma}`);
  let sum = 0;
  for (let i = 0; i < OPERANDS; i++)
    sum += counts[128 + Math.min(127, Math.max(-128, Math.round(sigma * normal())))];
  return sum / OPERANDS;
}

/** Claims of the bit-weight processing elements. */
export const bitWeightClaims: readonly Claim[] = [
  {
    id: "bit-weight-terms",
    paper: PAPER,
    place: "README, simulation",
    statement: "An operand of eight bits has 1.75 to 2.6 partial products after encoding, by its spread.",
    kind: "measured",
    reported: PUBLISHED_TERMS.sigma.map((sigma, i) =>
      reported(
        `normal operands, deviation ${sigma}`,
        "partial products",
        PUBLISHED_TERMS["K = 128"][i],
        "of 4",
      ),
    ),
    ours: () =>
      PUBLISHED_TERMS.sigma.map((sigma) =>
        measured(`normal operands, deviation ${sigma}`, "partial products", meanDigits(sigma), "of 4"),
      ),
    judge: (theirs, ours) =>
      ours.every(({value}, i) => Math.abs((value ?? 0) / (theirs[i].value ?? 0) - 1) < AGREES)
        ? "agrees"
        : "differs",
    why: "The encoder was written from the published circuit, and digits that are not zero were counted.",
  },
  {
    id: "bit-weight-area",
    paper: PAPER,
    place: "abstract",
    statement:
      "Carry-save sums and shared encoders make a systolic array 1.27 times as efficient for its area.",
    kind: "modelled",
    reported: [reported("systolic array, 28 nm", "better efficiency for its area", 1.27, "x")],
    ours: () => [
      modelled(
        "the README's arrays of 16 x 16 at 32 nm",
        "better efficiency for its area",
        areaEfficiencyGain(),
        "x",
      ),
    ],
    // The ratio is of another process and another baseline: it can support the direction alone.
    judge: (_theirs, ours) => ((ours[0].value ?? 0) > 1 ? "same direction" : "differs"),
    why: "Frequency over area of the README's own synthesis, which is of another process than the abstract's. We synthesised nothing.",
  },
];
