/** Claims of tools, held to their own numbers and then to the operators that they count. */

import {type LlmViewerSetting, llmViewerStep} from "../../../accel/compat/llm-viewer.js";
import {FP16} from "../../../accel/machine.js";
import {machineById} from "../../../accel/machines.js";
import {compareMeasurements} from "../../../accel/measurements.js";
import {modelById} from "../../../accel/models.js";
import {pricesOf, stepSeconds} from "../../../accel/roofline.js";
import {scaleSim} from "../../../accel/systolic/scale-sim.js";
import {simulateSystolic} from "../../../accel/systolic/simulate.js";
import {buildOperators} from "../../../accel/workload/build.js";
import {randomStream} from "../../../tensor/random.js";
import type {Claim} from "../claim.js";
import {measured, modelled, reported, valuesOf} from "../evidence.js";

const A100 = {bandwidth: 2039e9, FP16: 312e12, INT8: 624e12, onchip_buffer: 27648e3};
const LLAMA_3 = {hidden: 4096, ffn: 14336, layers: 32, heads: 32, kvHeads: 8, vocab: 128256};
const DECODE: LlmViewerSetting = {batch: 1, seq: 1024, bits: [16, 16, 16]};

const viewerMs = (flash: boolean) =>
  1e3 * llmViewerStep(LLAMA_3, A100, {...DECODE, flash}, "decode").total.inference_time;

function oursMs(fused: boolean): number {
  const formats = {weights: FP16, activations: FP16, kv: FP16};
  const prices = pricesOf(machineById("a100-80gb"), formats);
  const step = {batch: 1, tokens: 1, cached: 1023, fused};
  return 1e3 * stepSeconds(buildOperators(modelById("llama-3.1-8b"), step), prices);
}

const grouping: Claim = {
  id: "llm-viewer-grouping",
  paper: "hahnyuan/LLM-Viewer at 472f71f",
  place: "its numbers for Llama-3.1-8B on an A100, 1024 tokens cached",
  statement: "On a model with grouped queries, fused attention makes decoding slower.",
  kind: "modelled",
  reported: [
    reported("a token of Llama-3.1-8B", "time, attention unfused", 7.4354, "ms"),
    reported("a token of Llama-3.1-8B", "time, attention fused", 7.6307, "ms"),
  ],
  ours: () => [
    ...[false, true].map((flash) =>
      modelled(
        "a token of Llama-3.1-8B, counted by its rules",
        `time, attention ${flash ? "fused" : "unfused"}`,
        viewerMs(flash),
        "ms",
      ),
    ),
    ...[false, true].map((fused) =>
      modelled(
        "a token of Llama-3.1-8B, counted by ours",
        `time, ${fused ? "all that can be fused" : "nothing fused"}`,
        oursMs(fused),
        "ms",
      ),
    ),
  ],
  judge: (_reported, ours) => {
    const [[fused], [unfused]] = [valuesOf(ours, "time, all"), valuesOf(ours, "time, nothing")];
    return fused > unfused ? "agrees" : "differs";
  },
  why: "Its fused operator reads the cache once for every query head where heads share it; under its own rules we give its numbers. Ours also reads the embedding's row and the whole head.",
};

const cycles: Claim = {
  id: "scale-sim-cycles",
  paper: "scalesim-project/SCALE-Sim at 1d62b68",
  place: "64 x 64 x 64 on 16 x 16, output-stationary; its issue 125",
  statement: "A product of 64 x 64 x 64 takes 1503 cycles on 16 x 16 elements.",
  kind: "measured",
  reported: [reported("64 x 64 x 64 on 16 x 16", "cycles", 1503, "cycles")],
  ours: () => {
    const stream = randomStream(0, "claims systolic");
    const matrix = () => ({
      rows: 64,
      columns: 64,
      data: Int8Array.from({length: 4096}, () => Math.floor(stream.uniform() * 9) - 4),
    });
    const subject = "64 x 64 x 64 on 16 x 16";
    const {totalCycles} = scaleSim({type: "gemm", M: 64, N: 64, K: 64}, "os", {
      array: [16, 16],
      sramKB: [64, 64, 64],
    });
    const {cycles: run} = simulateSystolic(matrix(), matrix(), "os", [16, 16]);
    return [
      modelled(subject, "cycles as the tool counts them", totalCycles, "cycles"),
      measured(subject, "run element by element", run, "cycles"),
    ];
  },
  judge: (printed, ours) => (valuesOf(printed)[0] === valuesOf(ours, "run")[0] ? "agrees" : "differs"),
  why: "The tool numbers its cycles from zero and prints the last number as their count.",
};

const bandwidth: Claim = {
  id: "t-mac-bandwidth",
  paper: "microsoft/T-MAC, README",
  place: "Llama-2-7B, one sequence",
  statement: "A published decode speed is never above what the bandwidth of the data sheet allows.",
  kind: "modelled",
  reported: compareMeasurements().map(({measurement: m}) =>
    reported(
      `${m.machine}, ${m.weightBits} bits, ${m.system}, threads: ${m.threads ?? "none"}`,
      "speed",
      m.tokensPerSecond,
      "tokens/s",
    ),
  ),
  ours: () =>
    compareMeasurements().map(({measurement: m, bound}) =>
      modelled(`${m.machine}, ${m.weightBits} bits`, "bound of the whole bandwidth", bound, "tokens/s"),
    ),
  judge: (printed, ours) => {
    const bounds = valuesOf(ours, "bound");
    return valuesOf(printed, "speed").every((speed, i) => speed <= bounds[i]) ? "agrees" : "differs";
  },
  why: "No reported speed is above its bound. The board's best reaches about seven tenths of it; processors of large machines cannot draw the bandwidth that their graphics units can.",
};

/** Share by which a speed may lie off its bound to count as told by it. */
const TOLD_WITHIN = 0.3;

/** The board whose processor draws nearly all of its bandwidth, with both of its cores that T-MAC was timed on. */
const ofBoard = () =>
  compareMeasurements().filter(({measurement: m}) => m.machine === "raspberry-pi-5" && m.threads === 2);

const board: Claim = {
  id: "t-mac-board",
  paper: "microsoft/T-MAC, README",
  place: "Llama-2-7B on a Raspberry Pi 5",
  statement: "On a small board the speed of products by tables is what its bandwidth allows, within 30 %.",
  kind: "modelled",
  reported: ofBoard().map(({measurement: m}) =>
    reported(`${m.weightBits} bits, two threads`, "speed", m.tokensPerSecond, "tokens/s"),
  ),
  ours: () =>
    ofBoard().map(({measurement: m, bound}) =>
      modelled(`${m.weightBits} bits`, "bound of the whole bandwidth", bound, "tokens/s"),
    ),
  judge: (printed, ours) => {
    const bounds = valuesOf(ours, "bound");
    const off = valuesOf(printed, "speed").map((speed, i) => Math.abs(1 - speed / bounds[i]));
    return off.every((share) => share <= TOLD_WITHIN) ? "agrees" : "differs";
  },
  why: "Both widths stay below the bound by about three tenths, which is what a processor leaves of a memory's bandwidth; products by tables cost it nothing beside.",
};

/** Claims of tools. */
export const toolClaims: readonly Claim[] = [grouping, cycles, bandwidth, board];
