import type {LlmViewerHardware, LlmViewerSetting} from "../../../lib/accel/compat/llm-viewer.js";
import {llmViewerGenerate, llmViewerModel, llmViewerStep} from "../../../lib/accel/compat/llm-viewer.js";
import type {KineticsCost} from "../../../lib/accel/kinetics.js";
import {coverage, kineticsBlockTopK, kineticsDense, kineticsTopK} from "../../../lib/accel/kinetics.js";
import {modelById} from "../../../lib/accel/models.js";
import {type Deit, elsaMacs, type Level, type Swin} from "../../../lib/accel/sparse/elsa.js";
import type {Dataflow, Layer} from "../../../lib/accel/systolic/layer.js";
import {type ScaleSimArray, scaleSim} from "../../../lib/accel/systolic/scale-sim.js";
import {nmMask} from "../../../lib/tensor/nm-mask.js";
import type {CaseOp, GoldenTensor, Ops, RowOp} from "../op.js";
import {type GenzRun, type GenzSystem, genzLatency} from "../released/genz.js";
import {doubleDuty} from "./double-duty.js";

type Table = Readonly<Record<string, unknown>>;

/** The record `name` of `table`. @throws RangeError if there is none. */
function named<T>(table: unknown, name: unknown, what: string): T {
  const record = (table as Readonly<Record<string, T>> | undefined)?.[name as string];
  if (record === undefined) throw new RangeError(`${what}: the file describes no ${name}`);
  return record;
}

const systolic: RowOp = (row, params) => {
  if (row.mode !== "CALC") throw new RangeError(`systolic: mode must be CALC, got ${row.mode}`);
  const machine: ScaleSimArray = {
    array: row.array as ScaleSimArray["array"],
    sramKB: row.sramKB as ScaleSimArray["sramKB"],
    wordBytes: params.wordBytes as number,
    activeFraction: params.bufferActiveFraction as number,
  };
  return {result: scaleSim(row.layer as Layer, params.dataflow as Dataflow, machine)};
};

const setting = (row: Table): LlmViewerSetting => row as unknown as LlmViewerSetting;
const viewerModel = (row: Table, params: Table) =>
  llmViewerModel(named<Record<string, unknown>>(params.models, row.model, "roofline"));

const rooflineTotals: RowOp = (row, params) => {
  const hardware = params.hardware as LlmViewerHardware;
  const total = (stage: "prefill" | "decode") =>
    llmViewerStep(viewerModel(row, params), hardware, setting(row), stage).total;
  return {prefill: total("prefill"), decode: total("decode")};
};

const rooflineLayers: RowOp = (row, params) => {
  const model = llmViewerModel(params.model as Table);
  const hardware = named<LlmViewerHardware>(params.hardware, row.device, "roofline_layers");
  const prefill = llmViewerStep(model, hardware, setting(row), "prefill");
  const decode = llmViewerStep(model, hardware, setting(row), "decode");
  return {
    prefill: prefill.operators,
    decode: decode.operators,
    total: {prefill: prefill.total, decode: decode.total},
  };
};

const rooflineGenerate: RowOp = (row, params) => ({
  seconds: llmViewerGenerate(
    viewerModel(row, params),
    params.hardware as LlmViewerHardware,
    row as unknown as Parameters<typeof llmViewerGenerate>[2],
  ),
});

const gmacs: RowOp = (row, params) => {
  const model = named<Deit | Swin>(params.models, row.model, "elsa_flops");
  const macs = elsaMacs(model, row.levels as Level[], params.image as number);
  return {gmacs: Math.round(macs / 1e3) / 1e6};
};

const mask: CaseOp = ({N, M}, {x}) => {
  const {data, shape} = x as GoldenTensor;
  return {y: {data: nmMask(data, shape.at(-1) ?? 1, N as number, M as number), shape}};
};

const kinetics: RowOp = (row) => {
  const a = row.args as Readonly<Record<string, number>>;
  if (row.fn === "coverage") {
    return {out: (a.samples as unknown as number[]).map((m) => coverage(a.n, a.correct, m))};
  }
  const workload = {
    parameters: a.nparams,
    heads: a.num_attn_heads,
    kvHeads: a.num_kv_heads,
    headDim: a.head_dim,
    context: a.context_length,
    generated: a.generation_length,
    trials: a.num_trials,
    flopsPerByte: a.E_flops,
  };
  const costs: Record<string, () => KineticsCost> = {
    dense: () => kineticsDense(workload),
    topk: () => kineticsTopK(workload, a.budget),
    blocktopk: () =>
      kineticsBlockTopK(workload, {
        local: a.local,
        blockSize: a.block_size,
        topBlocks: a.block_topk,
      }),
  };
  const {compute, memory} = named<() => KineticsCost>(costs, row.fn, "kinetics_cost")();
  return {out: [compute, memory]};
};

/** The library's models behind the names of GenZ's table. */
const GENZ_MODELS: Readonly<Record<string, string>> = {
  "meta-llama/Llama-2-7B": "llama-2-7b",
  "meta-llama/Llama-3.1-8B": "llama-3.1-8b",
  "mistralai/mixtral-8x7b": "mixtral-8x7b",
  "state-spaces/mamba-2.8b-hf": "mamba-2.8b",
};

const genz: RowOp = (row, params) => {
  const model = modelById(named<string>(GENZ_MODELS, row.model, "genz_latency"));
  const system = named<GenzSystem>(params.systems, row.system, "genz_latency");
  return genzLatency(model, system, row as unknown as GenzRun);
};

/** The golden tables of the accelerator family. */
export const accelerators: Ops = {
  rows: {
    systolic_os: systolic,
    systolic_ws: systolic,
    systolic_is: systolic,
    roofline_totals: rooflineTotals,
    roofline_layers: rooflineLayers,
    roofline_generate: rooflineGenerate,
    elsa_flops: gmacs,
    kinetics_cost: kinetics,
    genz_latency: genz,
    doubleduty_model: doubleDuty,
  },
  cases: {nm_mask: mask},
};
