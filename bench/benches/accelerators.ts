import {readFileSync} from "node:fs";
import {composeAll} from "../../src/lib/accel/compose.js";
import {type FormatChoice, type Formats, FP16, type Machine} from "../../src/lib/accel/machine.js";
import {MACHINES} from "../../src/lib/accel/machines.js";
import {modelById} from "../../src/lib/accel/models.js";
import {pricesOf, stepSeconds} from "../../src/lib/accel/roofline.js";
import type {Dataflow, Layer} from "../../src/lib/accel/systolic/layer.js";
import {type ScaleSimArray, scaleSim} from "../../src/lib/accel/systolic/scale-sim.js";
import {buildOperators} from "../../src/lib/accel/workload/build.js";
import {decode} from "../../src/lib/accel/workload/step.js";
import type {Contest, Sides} from "../harness/contest.js";

const MODEL = modelById("llama-3.1-8b");
const WEIGHTS: readonly FormatChoice[] = [FP16, ...[8.25, 4.5, 4.25, 3.5].map((bits) => formatOf(bits))];

function formatOf(bitsPerElement: number): FormatChoice {
  return {id: `fp${bitsPerElement}`, bitsPerElement};
}

const hasFp16 = ({peakTops}: Machine): boolean => peakTops.fp16 !== undefined;

/** A decode step of the whole model priced for every machine and weight format; operators are built once. */
function rooflines(): Sides {
  const operators = buildOperators(MODEL, decode(1, 2048));
  const choices = [...MACHINES.values()].filter(hasFp16).flatMap((machine) =>
    WEIGHTS.map((weights): {machine: Machine; formats: Formats} => ({
      machine,
      formats: {weights, activations: FP16, kv: FP16},
    })),
  );
  const ours = () => {
    let seconds = 0;
    for (const {machine, formats} of choices) seconds += stepSeconds(operators, pricesOf(machine, formats));
    return seconds;
  };
  return {work: choices.length, ours, peers: []};
}

/** Memory, prefill, decode and energy of whole compositions, as a sweep makes them. */
function compositions(): Sides {
  const choices = {
    machines: [...MACHINES.values()].filter(hasFp16),
    batches: [1, 8, 64],
    weights: WEIGHTS,
    activations: [FP16],
    kv: [FP16, formatOf(8)],
    sparsities: [null, {n: 2, m: 4}],
  };
  const ours = () => composeAll(MODEL, {prompt: 2048, output: 256}, choices);
  return {work: ours().length, ours, peers: []};
}

interface ScaleSimFile {
  readonly params: {dataflow: Dataflow; wordBytes: number; bufferActiveFraction: number};
  readonly rows: readonly {layer: Layer; array: ScaleSimArray["array"]; sramKB: ScaleSimArray["sramKB"]}[];
}

/** All rows of the golden tables. */
function scaleSimRows(): Sides {
  const rows = ["os", "ws", "is"].flatMap((dataflow) => {
    const text = readFileSync(`tests/golden/accelerators/scalesim_${dataflow}.json`, "utf8");
    const {params, rows} = JSON.parse(text) as ScaleSimFile;
    const {wordBytes, bufferActiveFraction: activeFraction} = params;
    return rows.map(({layer, array, sramKB}) => ({
      layer,
      dataflow: params.dataflow,
      machine: {array, sramKB, wordBytes, activeFraction},
    }));
  });
  const ours = () => {
    let cycles = 0;
    for (const {layer, dataflow, machine} of rows) cycles += scaleSim(layer, dataflow, machine).totalCycles;
    return cycles;
  };
  return {work: rows.length, ours, peers: []};
}

/** Cost models, on one thread; the tools they follow do not run here, so a target stands where a peer would. */
export const accelerators: readonly Contest[] = [
  {
    name: "roofline-llama-3.1-8b",
    title: "Llama-3.1-8B, decode step of the whole model on a roofline",
    unit: "evaluations/s",
    target: 100_000,
    prepare: async () => rooflines(),
  },
  {
    name: "compose-llama-3.1-8b",
    title: "Llama-3.1-8B, compositions of a sweep: memory, prefill, decode, energy",
    unit: "evaluations/s",
    prepare: async () => compositions(),
  },
  {
    name: "scale-sim-row",
    title: "SCALE-Sim, one layer on one array, mean of the golden rows",
    unit: "ms",
    target: 1,
    prepare: async () => scaleSimRows(),
  },
];
