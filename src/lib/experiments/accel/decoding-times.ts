import {compose as composed} from "../../accel/compose.js";
import {experiment} from "../../experiment/experiment.js";
import {REPORTED_DRAFTS} from "../../reported/draft-speeds.js";
import {compositionOf} from "./compose.js";
import {LOSSLESS_DRAFTS} from "./decoding-choice.js";
import {DRAFT_COUNTS} from "./measured-drafts.js";
import {contextParam, efficiencyParam, machineParam, modelParam, outputParam} from "./params.js";

/** Hardware with room for eight billion weights of 16 bits: two that wait for memory, and one that soon waits for arithmetic. */
const SWEPT = ["rtx-4090", "h200", "m2-ultra"] as const;

/** The setting of the compositions, but for weights that are not rounded. */
const PLAIN = {
  config: "",
  machineJson: "",
  context: contextParam.default,
  output: outputParam.default,
  batch: 1,
  weights: "fp16",
  activations: "fp16",
  kv: "fp16",
  sparsity: "dense",
  efficiency: efficiencyParam.default,
  staticWatts: 0,
} as const;

/** Time of a token by every method that leaves the text as it is, from tokens of a pass that were measured, beside what papers print. */
export const decodingTimes = experiment({
  id: "accel/decoding-times",
  title: "Time of decoding methods on large hardware",
  question: "How fast would each method write with a large model, if its drafts were kept as ours are?",
  source: `cost models as in accel/compose; tokens of a pass: decoding/drafting; printed numbers: ${REPORTED_DRAFTS.map(({source}) => source).join("; ")}`,
  params: {machine: machineParam, model: modelParam},
  columns: {
    machine: {type: "string", label: "Hardware"},
    model: {type: "string", label: "Model"},
    method: {type: "string", label: "Method"},
    label: {type: "string", label: "Name"},
    tokensPerPass: {type: "number", label: "Tokens of a pass, on decoder-large", provenance: "measured"},
    perTokenMs: {
      type: "number",
      label: "TPOT, time per output token",
      unit: "ms",
      provenance: "modelled",
      nullable: true,
    },
    times: {type: "number", label: "Times as fast as plain decoding", provenance: "modelled", nullable: true},
    reportedTokens: {
      type: "number",
      label: "Tokens of a pass that are printed",
      provenance: "reported",
      nullable: true,
    },
    reportedTimes: {type: "number", label: "Speed that is printed", provenance: "reported", nullable: true},
    reportedOn: {type: "string", label: "Printed for", nullable: true},
    refused: {type: "string", label: "Why it cannot be", nullable: true},
  },
  needs: [],
  sweep: SWEPT.map((machine) => ({machine})),
  run({machine, model}) {
    const timed = (decoding: string) => {
      const {figures, refused} = composed(compositionOf({...PLAIN, machine, model, decoding}));
      return {perTokenMs: figures ? 1e3 * figures.timePerToken : null, refused: refused?.reason ?? null};
    };
    const plain = timed("plain").perTokenMs;
    const {id: of} = compositionOf({...PLAIN, machine, model}).model;
    return LOSSLESS_DRAFTS.map(({id: method, label}) => {
      const {perTokenMs, refused} = timed(method);
      const printed = REPORTED_DRAFTS.find((each) => each.method === method);
      return {
        ...{machine, model: of, method, label, tokensPerPass: DRAFT_COUNTS[method].tokensPerPass},
        ...{perTokenMs, refused, times: perTokenMs && plain && plain / perTokenMs},
        reportedTokens: printed?.tokensPerPass ?? null,
        reportedTimes: printed?.times ?? null,
        reportedOn: printed?.on ?? null,
        provenance: "modelled" as const,
      };
    });
  },
});
