import {cellById} from "../../src/lib/mixers/flash-rnn/cells.js";
import {alternating, fused} from "../../src/lib/mixers/flash-rnn/forms.js";
import type {GateInputs, RecurrentLayer} from "../../src/lib/mixers/flash-rnn/recurrent-layer.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {requireClose} from "../harness/agree.js";
import type {Contest, Sides} from "../harness/contest.js";

const [WIDTH, TOKENS] = [256, 64] as const;
/** Channels of a head: the whole layer, and blocks that a first-level cache holds. */
const HEAD_DIMS = [32, 256] as const;

function lstm(headDim: number): {readonly layer: RecurrentLayer; readonly inputs: GateInputs} {
  const stream = randomStream(1, "bench/recurrences");
  const drawn = (count: number) =>
    Float64Array.from({length: count}, () => stream.normal() / Math.sqrt(headDim));
  const cell = cellById("lstm");
  const {recurrent, bias, input} = cell.gates;
  return {
    layer: {
      cell,
      heads: WIDTH / headDim,
      headDim,
      recurrent: drawn(recurrent * WIDTH * headDim),
      bias: drawn(bias * WIDTH),
    },
    inputs: {batch: 1, values: drawn(TOKENS * input * WIDTH)},
  };
}

function sides(headDim: number): Sides {
  const {layer, inputs} = lstm(headDim);
  const ours = () => fused(layer, inputs).outputs;
  const peer = () => alternating(layer, inputs).outputs;
  requireClose("recurrence", ours(), peer(), 0);
  return {work: 1, ours, peers: [{name: "two kernels a step", run: peer}]};
}

/** Recurrent layers with all steps in one loop over each head against two loops over all heads a step, one thread. */
export const recurrences: readonly Contest[] = HEAD_DIMS.map((headDim) => ({
  name: `recurrence-lstm-${headDim}`,
  title: `LSTM of ${WIDTH} channels in heads of ${headDim}, ${TOKENS} steps, one kernel for all steps, f64`,
  unit: "ms" as const,
  samples: 15,
  prepare: async () => sides(headDim),
}));
