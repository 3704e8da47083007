import {crossingMemory} from "../../accel/attention-io.js";
import {type LlmViewerSetting, llmViewerStep} from "../../accel/compat/llm-viewer.js";
import {kineticsDense, kineticsTopK} from "../../accel/kinetics.js";
import {FP16} from "../../accel/machine.js";
import {machineById} from "../../accel/machines.js";
import {compareMeasurements} from "../../accel/measurements.js";
import {modelById} from "../../accel/models.js";
import {pricesOf, stepSeconds} from "../../accel/roofline.js";
import {fixedSplit, streamK} from "../../accel/split-decode.js";
import {scaleSim} from "../../accel/systolic/scale-sim.js";
import {simulateSystolic} from "../../accel/systolic/simulate.js";
import {buildOperators} from "../../accel/workload/build.js";
import {randomStream} from "../../tensor/random.js";
import {kineticsSizes} from "../accel/kinetics.js";
import type {Claim, Evidence} from "./claim.js";

const kineticsPaper = "arXiv:2506.05333";

const memoryDominates: Claim = {
  id: "kinetics-attention",
  paper: kineticsPaper,
  place: "abstract",
  statement: "When a model thinks long, attention costs more than its parameters do.",
  reported: [
    {
      subject: "models of 0.6 to 32 billion parameters",
      quantity: "no number is given",
      value: null,
      unit: "",
      provenance: "reported",
    },
  ],
  ours: () =>
    (["tinyllama-1.1b", "llama-3.1-8b", "llama-3.1-70b"] as const).map((id): Evidence => {
      const sizes = kineticsSizes(id);
      const {compute, memory} = kineticsDense({...sizes, context: 1024, generated: 16384, trials: 1});
      const parameters = (2 * sizes.parameters * 16384) / 1e12;
      return {
        subject: `${id}, 16384 tokens after a prompt of 1024`,
        quantity: "cost of attention over that of parameters",
        value: (compute + memory - parameters) / parameters,
        unit: "x",
        provenance: "modelled",
      };
    }),
  judge: (_reported, ours) => (ours.every(({value}) => value! > 1) ? "agrees" : "differs"),
  why: "The price of a byte, 562.5 operations, is the paper's own for its machine (1125 for a cached value of 16 bits), and reading the weights is left to a large batch, as it does.",
};

const sparseGain: Claim = {
  id: "kinetics-sparse",
  paper: kineticsPaper,
  place: "abstract",
  statement:
    "At equal cost, sparse attention solves over 60 points more problems where little is spent and over 5 where much is.",
  reported: [
    {
      subject: "AIME, low cost",
      quantity: "more problems solved",
      value: 60,
      unit: "points",
      provenance: "reported",
    },
    {
      subject: "AIME, high cost",
      quantity: "more problems solved",
      value: 5,
      unit: "points",
      provenance: "reported",
    },
  ],
  ours: () => {
    const workload = {...kineticsSizes("llama-3.1-8b"), context: 1024, generated: 16384, trials: 1};
    const total = ({compute, memory}: {compute: number; memory: number}) => compute + memory;
    return [
      {
        subject: "llama-3.1-8b, 16384 tokens, 1024 attended to",
        quantity: "cost of dense over top-k attention",
        value: total(kineticsDense(workload)) / total(kineticsTopK(workload, 1024, "corrected")),
        unit: "x",
        provenance: "modelled",
      },
    ];
  },
  judge: () => "cannot be judged here",
  why: "Our model says how many more trials the same cost buys, not whether sparse attention answers as well: that was not run on such models.",
};

const A100 = {bandwidth: 2039e9, FP16: 312e12, INT8: 624e12, onchip_buffer: 27648e3};
const LLAMA_3 = {hidden: 4096, ffn: 14336, layers: 32, heads: 32, kvHeads: 8, vocab: 128256};
const DECODE: LlmViewerSetting = {batch: 1, seq: 1024, bits: [16, 16, 16]};

const viewerMs = (flash: boolean) =>
  1e3 * llmViewerStep(LLAMA_3, A100, {...DECODE, flash}, "decode").total.inference_time;

function oursMs(fused: boolean): number {
  const formats = {weights: FP16, activations: FP16, kv: FP16};
  const prices = pricesOf(machineById("a100-80gb"), formats);
  return (
    1e3 *
    stepSeconds(buildOperators(modelById("llama-3.1-8b"), {batch: 1, tokens: 1, cached: 1023, fused}), prices)
  );
}

const grouping: Claim = {
  id: "llm-viewer-grouping",
  paper: "hahnyuan/LLM-Viewer at 472f71f",
  place: "its numbers for Llama-3.1-8B on an A100, 1024 tokens cached",
  statement: "On a model with grouped queries, fused attention makes decoding slower.",
  reported: (
    [
      ["unfused", 7.4354],
      ["fused", 7.6307],
    ] as const
  ).map(([quantity, value]) => ({
    subject: "a token of Llama-3.1-8B",
    quantity: `time, attention ${quantity}`,
    value,
    unit: "ms",
    provenance: "reported",
  })),
  ours: () => [
    ...[false, true].map((flash) => ({
      subject: "a token of Llama-3.1-8B, counted by its rules",
      quantity: `time, attention ${flash ? "fused" : "unfused"}`,
      value: viewerMs(flash),
      unit: "ms",
      provenance: "modelled" as const,
    })),
    ...[false, true].map((fused) => ({
      subject: "a token of Llama-3.1-8B, counted by ours",
      quantity: `time, ${fused ? "all that can be fused" : "nothing fused"}`,
      value: oursMs(fused),
      unit: "ms",
      provenance: "modelled" as const,
    })),
  ],
  judge: (_reported, [, , unfused, fused]) => (fused.value! > unfused.value! ? "agrees" : "differs"),
  why: "Its fused operator reads the cache once for every query head where heads share it; under its own rules we give its numbers. Ours also reads the embedding's row and the whole head.",
};

const cycles: Claim = {
  id: "scale-sim-cycles",
  paper: "scalesim-project/SCALE-Sim at 1d62b68",
  place: "64 x 64 x 64 on 16 x 16, output-stationary; its issue 125",
  statement: "A product of 64 x 64 x 64 takes 1503 cycles on 16 x 16 elements.",
  reported: [
    {
      subject: "64 x 64 x 64 on 16 x 16",
      quantity: "cycles",
      value: 1503,
      unit: "cycles",
      provenance: "reported",
    },
  ],
  ours: () => {
    const stream = randomStream(0, "claims systolic");
    const matrix = () => ({
      rows: 64,
      columns: 64,
      data: Int8Array.from({length: 4096}, () => Math.floor(stream.uniform() * 9) - 4),
    });
    const shared = {subject: "64 x 64 x 64 on 16 x 16", unit: "cycles"} as const;
    return [
      {
        ...shared,
        quantity: "cycles as the tool counts them",
        value: scaleSim({type: "gemm", M: 64, N: 64, K: 64}, "os", {array: [16, 16], sramKB: [64, 64, 64]})
          .totalCycles,
        provenance: "modelled",
      },
      {
        ...shared,
        quantity: "cycles of the array run element by element",
        value: simulateSystolic(matrix(), matrix(), "os", [16, 16]).cycles,
        provenance: "measured",
      },
    ];
  },
  judge: ([reported], [, run]) => (run.value === reported.value ? "agrees" : "differs"),
  why: "The tool numbers its cycles from zero and prints the last number as their count.",
};

const bandwidth: Claim = {
  id: "t-mac-bandwidth",
  paper: "microsoft/T-MAC, README",
  place: "Llama-2-7B, one sequence",
  statement: "A published decode speed is never above what the bandwidth of the data sheet allows.",
  reported: compareMeasurements().map(({measurement: m}) => ({
    subject: `${m.machine}, ${m.weightBits} bits, ${m.system}, threads: ${m.threads ?? "none"}`,
    quantity: "speed",
    value: m.tokensPerSecond,
    unit: "tokens/s",
    provenance: "reported",
  })),
  ours: () =>
    compareMeasurements().map(({measurement: m, bound}) => ({
      subject: `${m.machine}, ${m.weightBits} bits`,
      quantity: "bound of the whole bandwidth",
      value: bound,
      unit: "tokens/s",
      provenance: "modelled",
    })),
  judge: (reported, ours) =>
    reported.every(({value}, i) => value! <= ours[i].value!) ? "agrees" : "differs",
  why: "No reported speed is above its bound. The board's best reaches about three quarters of it; processors of large machines cannot draw the bandwidth that their graphics units can.",
};

const flash: Claim = {
  id: "attention-io",
  paper: "arXiv:2402.07443",
  place: "abstract",
  statement:
    "Fused attention moves the least data possible once the fast memory holds the square of a head's size; below that, another schedule moves less.",
  reported: [
    {
      subject: "any length",
      quantity: "memory where the two meet",
      value: 1,
      unit: "squares of the head size, up to a constant",
      provenance: "reported",
    },
  ],
  ours: () =>
    [64, 128].map((e) => ({
      subject: `4096 tokens, head size ${e}`,
      quantity: "memory where fused begins to move less than tiled products",
      value: crossingMemory(4096, e) / e ** 2,
      unit: "squares of the head size",
      provenance: "measured",
    })),
  judge: (_reported, ours) => (ours.every(({value}) => value! > 0.5 && value! < 2) ? "agrees" : "differs"),
  why: "Counted by running the loops of both schedules. The theorem speaks of orders of growth; a factor below two is all that such a count can confirm.",
};

const lean: Claim = {
  id: "lean-attention",
  paper: "arXiv:2405.10480v1",
  place: "abstract",
  statement:
    "Dealing tiles out evenly makes decoding attention 2.6 times as fast as FlashAttention-2, and 8.33 times at 512 thousand tokens.",
  reported: [
    {subject: "average", quantity: "speed-up", value: 2.6, unit: "x", provenance: "reported"},
    {subject: "512 thousand tokens", quantity: "speed-up", value: 8.33, unit: "x", provenance: "reported"},
  ],
  ours: () =>
    [8, 32].map((kvHeads) => {
      const step = {contexts: [524288], kvHeads, tile: 256, units: 108};
      return {
        subject: `one sequence of 524288 tokens, ${kvHeads} heads, 108 units`,
        quantity: "work of the busiest unit, one piece a head over dealt evenly",
        value: fixedSplit(step).makespan / streamK(step).makespan,
        unit: "x",
        provenance: "modelled" as const,
      };
    }),
  judge: (_reported, ours) => (ours.every(({value}) => value! > 1) ? "same direction" : "differs"),
  why: "Ours counts only how units are filled, so it depends on heads and batch, which the abstract does not give; later versions of the paper compare with FlashDecoding and print less.",
};

/** Claims of cost models and of tools that compute them. */
export const costModelClaims: readonly Claim[] = [
  memoryDominates,
  sparseGain,
  grouping,
  cycles,
  bandwidth,
  flash,
  lean,
];
