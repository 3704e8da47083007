import {tally} from "../counts.js";
import {type SoftmaxOrder, settingOf} from "../order.js";
import {finish, runningPart} from "../partial.js";

/** One pass over the keys: each tile has a largest score of its own, and what was summed before is corrected to the larger one. */
export const onlineSoftmax: SoftmaxOrder = {
  id: "online-softmax",
  label: "online softmax",
  family: "machine",
  source:
    "Online normalizer calculation for softmax, arXiv:1805.02867; FlashAttention-2, arXiv:2307.08691, algorithm 1",
  run(rows, given) {
    const setting = settingOf(given);
    const counts = tally();
    const outputs = rows.map((row) => finish(runningPart(row, setting, counts), setting.round, counts));
    return {outputs, counts};
  },
};
