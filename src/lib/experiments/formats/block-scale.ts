import {experiment} from "../../experiment/experiment.js";
import {e2m1, e2m3, e3m2, e4m3fn, e5m2} from "../../formats/element.js";
import {mx, mxIntElement} from "../../formats/mx/mx.js";
import {MX_SCALE_RULES} from "../../formats/mx/mx-scale.js";
import {measure, roundTrip} from "../../quant/measure.js";
import {DATA_NEEDS, SOURCES, seedParam, sourceParam, tensorsOf} from "./sources.js";

const ELEMENTS = {
  e2m1,
  e2m3,
  e3m2,
  e4m3: e4m3fn,
  e5m2,
  int4: mxIntElement(4),
  int8: mxIntElement(8),
};

/** Effect of the size of a block and of the rule for its shared power-of-two scale on cost and error. */
export const blockScale = experiment({
  id: "formats/block-scale",
  title: "Block size and scale rule",
  question: "What do smaller blocks and another rule for the shared scale buy, and what do they cost?",
  source: "OCP Microscaling Formats (MX) 1.0, sections 5 and 6; arXiv:2310.10537",
  params: {
    element: {
      kind: "choice",
      label: "Element",
      help: "The format of one value inside the block.",
      options: ["e2m1", "e2m3", "e3m2", "e4m3", "e5m2", "int4", "int8"],
      default: "e2m1",
    },
    scaleRules: {
      kind: "choices",
      label: "Scale rules",
      help: "How the power of two of a block follows from its largest magnitude; meta is for e2m1 alone.",
      options: MX_SCALE_RULES,
      default: ["floor", "ceil", "rceil", "even"],
    },
    blockSizes: {
      kind: "choices",
      label: "Block sizes",
      help: "How many elements share one scale.",
      options: [8, 16, 32, 64, 128, 256],
      default: [8, 16, 32, 64, 128, 256],
    },
    distribution: sourceParam,
    seed: seedParam,
  },
  columns: {
    element: {type: "string", label: "Element"},
    blockSize: {type: "integer", label: "Block size", unit: "elements"},
    scaleRule: {type: "string", label: "Scale rule"},
    format: {type: "string", label: "Format"},
    convention: {type: "string", label: "Convention"},
    distribution: {type: "string", label: "Values"},
    bitsPerElement: {type: "number", label: "Size", unit: "bits per element", provenance: "measured"},
    mse: {type: "number", label: "Mean squared error", provenance: "measured"},
    sqnrDb: {type: "number", label: "Signal to quantization noise", unit: "dB", provenance: "measured"},
    maxAbsError: {type: "number", label: "Largest error", provenance: "measured"},
  },
  needs: DATA_NEEDS,
  sweep: SOURCES.flatMap((distribution) =>
    (["e2m1", "int4", "e2m3", "e4m3"] as const).map((element) => ({element, distribution})),
  ),
  async run({element, scaleRules, blockSizes, distribution, seed}, {data, progress}) {
    const tensors = [...tensorsOf(distribution, seed, data).values()];
    const settings = scaleRules
      .filter((rule) => rule !== "meta" || element === "e2m1")
      .flatMap((scaleRule) => blockSizes.map((blockSize) => ({scaleRule, blockSize})));
    const rows = [];
    for (const {scaleRule, blockSize} of settings) {
      await progress(rows.length / settings.length, `${scaleRule}, block ${blockSize}`);
      const format = mx({element: ELEMENTS[element], blockSize, scaleRule});
      const {bitsPerElement, mse, sqnrDb, maxAbsError} = measure(tensors.map((x) => roundTrip(format, x)));
      rows.push({
        element,
        blockSize,
        scaleRule,
        format: format.id,
        convention: format.convention,
        distribution,
        bitsPerElement,
        mse,
        sqnrDb,
        maxAbsError,
        provenance: "measured" as const,
      });
    }
    return rows;
  },
});
