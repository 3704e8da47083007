import {experiment} from "../../experiment/experiment.js";
import {nupes} from "../../formats/power/nupes.js";
import {measure, roundTrip} from "../../quant/measure.js";
import {smallest} from "../../stats/extent.js";
import {DATA_NEEDS, seedParam, sourceParam, tensorsOf} from "./sources.js";

/**
 * Exponents from 1/2, whose levels are squares, to 1, where they are uniform. Below, levels of eight bits are so far
 * apart that their scales leave the normal range of half precision.
 */
const EXPONENTS = Array.from({length: 11}, (_, i) => (10 + i) / 20);
const BITS = [2, 3, 4, 6, 8] as const;
/** Values whose rows are kept: weights of a trained model, and a bell curve to compare them with. */
const SHIPPED = ["weights/decoder-small", "normal"] as const;

/** Error of a power quantizer over its exponent. */
export const powerExponent = experiment({
  id: "formats/power-exponent",
  title: "The exponent of a power quantizer",
  question: "Which power of a number should be rounded in place of the number itself?",
  source: "NUPES, arXiv:2308.05600, section 3; PowerQuant, arXiv:2301.09858",
  params: {
    distribution: {...sourceParam, default: "weights/decoder-small"},
    granularity: {
      kind: "choice",
      label: "Values that share a scale",
      help: "A group has 128 values.",
      options: ["group", "channel", "tensor"],
      default: "group",
    },
    bits: {
      kind: "choices",
      label: "Bits of a code",
      options: BITS,
      default: BITS,
    },
    seed: seedParam,
  },
  columns: {
    distribution: {type: "string", label: "Values"},
    granularity: {type: "string", label: "Values that share a scale"},
    bits: {type: "integer", label: "Bits of a code"},
    exponent: {type: "number", label: "Exponent"},
    relativeMse: {type: "number", label: "Squared error over sum of squares", provenance: "measured"},
    overUniform: {type: "number", label: "Squared error over that of uniform levels", provenance: "measured"},
    isBest: {type: "boolean", label: "Least error of these bits"},
  },
  needs: DATA_NEEDS,
  sweep: SHIPPED.map((distribution) => ({distribution})),
  async run({distribution, granularity, bits: chosen, seed}, {data, progress}) {
    const tensors = [...tensorsOf(distribution, seed, data).values()];
    const rows = [];
    for (const [n, bits] of chosen.entries()) {
      await progress(n / chosen.length, `${bits} bits`);
      const curve = EXPONENTS.map((exponent) => {
        const format = nupes({bits, exponent, granularity});
        return {exponent, ...measure(tensors.map((x) => roundTrip(format, x)))};
      });
      const uniform = curve.at(-1)!.relativeMse;
      const least = smallest(curve.map(({relativeMse}) => relativeMse));
      for (const {exponent, relativeMse} of curve) {
        const key = {distribution, granularity, bits, exponent, relativeMse};
        const isBest = relativeMse === least;
        rows.push({...key, overUniform: relativeMse / uniform, isBest, provenance: "measured" as const});
      }
    }
    return rows;
  },
});
