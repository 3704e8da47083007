import {referenceScans} from "../../../lib/engine/mamba/scans.js";
import {causalConv1dSilu} from "../../../lib/engine/scan/causal-conv1d.js";
import {type ScanOutput, type SelectiveScanInput, timeSteps} from "../../../lib/engine/scan/scan-input.js";
import {selectiveScan} from "../../../lib/engine/scan/selective-scan.js";
import {segsum} from "../../../lib/ssm/scan/segsum.js";
import {ssdChunked} from "../../../lib/ssm/scan/ssd-chunked.js";
import {repeated, type ScanInput, scanOfMeans} from "../../../lib/ssm/vmeanba/mean-scan.js";
import {transpose} from "../../../lib/tensor/transpose.js";
import type {CaseOp, GoldenTensor, Ops} from "../op.js";

type Inputs = Parameters<CaseOp>[1];

/** An input in float64 with its shape; undefined where the file has none. */
function read(inputs: Inputs, name: string): {data: Float64Array; shape: readonly number[]} | undefined {
  const input = inputs[name] as GoldenTensor | undefined;
  return input && {data: Float64Array.from(input.data), shape: input.shape};
}

function need(inputs: Inputs, name: string): {data: Float64Array; shape: readonly number[]} {
  const input = read(inputs, name);
  if (input === undefined) throw new TypeError(`inputs: ${name} is not there`);
  return input;
}

/** The b-th of `batches` equal parts. */
function part(data: Float64Array, b: number, batches: number): Float64Array {
  const size = data.length / batches;
  return data.slice(b * size, (b + 1) * size);
}

/** [rows, columns] to [columns, rows]. */
const flip = (data: Float64Array, rows: number): Float64Array => transpose(data, rows, data.length / rows);

function concat(parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => Array.from(part)));
}

/** The library takes one sequence, tokens first; a file has [batch, channel, token]. */
const selectiveScanOp: CaseOp = (args, inputs) => {
  const u = need(inputs, "u");
  const [batches, channels, tokens] = u.shape;
  const scans = Array.from({length: batches}, (_, b) => {
    const input = scanOfBatch(args, inputs, {b, batches, channels, tokens});
    return {...selectiveScan(input), delta: timeSteps(input)};
  });
  const channelsFirst = (rows: Float64Array) => flip(rows, tokens);
  return {
    y: concat(scans.map(({y}) => channelsFirst(y))),
    last_state: concat(scans.map(({state}) => state)),
    delta_after: concat(scans.map(({delta}) => channelsFirst(delta))),
  };
};

interface Batch {
  readonly b: number;
  readonly batches: number;
  readonly channels: number;
  readonly tokens: number;
}

function scanOfBatch(
  args: Readonly<Record<string, unknown>>,
  inputs: Inputs,
  batch: Batch,
): SelectiveScanInput {
  const {b, batches, channels} = batch;
  const tokensFirst = (name: string) => {
    const input = read(inputs, name);
    return input && flip(part(input.data, b, batches), channels);
  };
  const A = need(inputs, "A");
  const optional = {
    D: read(inputs, "D")?.data,
    z: tokensFirst("z"),
    deltaBias: read(inputs, "delta_bias")?.data,
  };
  return {
    channels,
    stateSize: A.shape[1],
    // Every channel is a group of its own: so B and C may differ in how they are shared.
    groups: channels,
    u: tokensFirst("u")!,
    delta: tokensFirst("delta")!,
    A: A.data,
    B: perChannel(need(inputs, "B"), batch),
    C: perChannel(need(inputs, "C"), batch),
    deltaSoftplus: args.delta_softplus === true,
    softplusThreshold: (args.softplus_threshold as number | undefined) ?? 20,
    ...Object.fromEntries(Object.entries(optional).filter(([, array]) => array !== undefined)),
  };
}

/** B or C as [L, D, N], from [D, N] for all tokens, [batch, N, L] for all channels, or [batch, G, N, L]. */
function perChannel(
  {data, shape}: {data: Float64Array; shape: readonly number[]},
  {b, batches, channels, tokens}: Batch,
): Float64Array {
  const isFixed = shape.length === 2;
  const own = isFixed ? data : part(data, b, batches);
  const stateSize = shape.at(isFixed ? 1 : -2)!;
  const groups = shape.length === 4 ? shape[1] : 1;
  return Float64Array.from({length: tokens * channels * stateSize}, (_, i) => {
    const [t, d, n] = [
      Math.floor(i / (channels * stateSize)),
      Math.floor(i / stateSize) % channels,
      i % stateSize,
    ];
    const group = Math.floor((d * groups) / channels);
    return own[isFixed ? d * stateSize + n : (group * stateSize + n) * tokens + t];
  });
}

const causalConvOp: CaseOp = (_, inputs) => {
  const x = need(inputs, "x");
  const weight = need(inputs, "weight");
  const bias = read(inputs, "bias");
  const [batches, channels, tokens] = x.shape;
  const outputs = Array.from({length: batches}, (_, b) => {
    const {y} = causalConv1dSilu({
      channels,
      width: weight.shape.at(-1)!,
      x: flip(part(x.data, b, batches), channels),
      weight: weight.data,
      ...(bias && {bias: bias.data}),
    });
    return flip(y, tokens);
  });
  return {y: concat(outputs)};
};

const segsumOp: CaseOp = (_, inputs) => {
  const {data, shape} = need(inputs, "x");
  const rows = data.length / shape.at(-1)!;
  return {y: concat(Array.from({length: rows}, (_, row) => segsum(part(data, row, rows))))};
};

const ssdMinimalOp: CaseOp = (args, inputs) => {
  const x = need(inputs, "x");
  const [batches, , heads, headDim] = x.shape;
  const B = need(inputs, "B");
  const states = read(inputs, "initial_states");
  const outputs = Array.from({length: batches}, (_, b): ScanOutput => {
    const own = (name: string) => part(need(inputs, name).data, b, batches);
    const input = {
      heads,
      headDim,
      stateSize: B.shape.at(-1)!,
      groups: B.shape.at(-2)!,
      x: own("x"),
      dt: own("dt"),
      A: need(inputs, "A").data,
      B: own("B"),
      C: own("C"),
      ...(states && {state: part(states.data, b, batches)}),
    };
    return ssdChunked(input, {chunkSize: args.block_len as number});
  });
  return {y: concat(outputs.map(({y}) => y)), final_state: concat(outputs.map(({state}) => state))};
};

/** B or C as [L, G, N] in float32, from [batch, N, L] or [batch, G, N, L]. */
function perGroup(input: {data: Float64Array; shape: readonly number[]}, b: number): Float32Array {
  const own = part(input.data, b, input.shape[0]);
  return Float32Array.from(flip(own, own.length / input.shape.at(-1)!));
}

/** One sequence of a batch in float32, B and C as groups share them. */
function groupedScanOfBatch(
  args: Readonly<Record<string, unknown>>,
  inputs: Inputs,
  batch: Batch,
): ScanInput {
  const B = need(inputs, "B");
  const {u, delta, A, D, z, deltaBias, ...rules} = scanOfBatch(args, inputs, batch);
  const optional = Object.entries({D, z, deltaBias}).filter(([, array]) => array !== undefined);
  return {
    ...rules,
    stateSize: B.shape.at(-2)!,
    groups: B.shape.length === 4 ? B.shape[1] : 1,
    ...Object.fromEntries(optional.map(([name, array]) => [name, Float32Array.from(array!)])),
    u: Float32Array.from(u),
    delta: Float32Array.from(delta),
    A: Float32Array.from(A),
    B: perGroup(B, batch.b),
    C: perGroup(need(inputs, "C"), batch.b),
  };
}

/** The mean of the time steps stands behind their softplus unless a file says otherwise. */
const vmeanbaOp: CaseOp = (args, inputs) => {
  const [batches, channels, tokens] = need(inputs, "u").shape;
  const scans = Array.from({length: batches}, (_, b) => {
    const batch = {b, batches, channels, tokens};
    const input = groupedScanOfBatch({delta_softplus: true, ...args}, inputs, batch);
    const mean = scanOfMeans(input, referenceScans);
    return {mean, y: repeated(input, mean), full: referenceScans.selectiveScan(input).y};
  });
  const channelsFirst = (rows: Float32Array) => flip(Float64Array.from(rows), tokens);
  return {
    y: concat(scans.map(({y}) => channelsFirst(y))),
    y_full: concat(scans.map(({full}) => channelsFirst(full))),
    scan_of_means: concat(scans.map(({mean}) => channelsFirst(mean))),
  };
};

export const ops: Ops = {
  cases: {
    selective_scan: selectiveScanOp,
    causal_conv1d_silu: causalConvOp,
    vmeanba_mean_scan: vmeanbaOp,
    segsum: segsumOp,
    ssd_minimal_discrete: ssdMinimalOp,
  },
};
