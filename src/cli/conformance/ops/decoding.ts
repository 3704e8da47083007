import {warpLogits} from "../../../lib/engine/sampling.js";
import type {CaseOp, GoldenTensor, Ops} from "../op.js";

/** Rows of logits, each with its own temperature, top k and top p. */
const warpRows: CaseOp = (_, inputs) => {
  const numbers = (name: string) => Array.from((inputs[name] as GoldenTensor).data);
  const {data, shape} = inputs.logits as GoldenTensor;
  const width = shape.at(-1)!;
  const [temperature, topK, topP] = ["temperature", "top_k", "top_p"].map(numbers);
  const rows = temperature.map((t, row) =>
    warpLogits(data.subarray(row * width, (row + 1) * width), {
      temperature: t,
      topK: topK[row],
      topP: topP[row],
    }),
  );
  return {probs: rows.flatMap((row) => Array.from(row))};
};

/** Ops of drawing tokens. */
export const decodingOps: Ops = {cases: {warp_logits: warpRows}};
