import {type SoftmaxOrder, settingOf} from "../order.js";
import {evenShares, fillingSplits, fixedSplits} from "./deal.js";
import {runDeal, workOfRows} from "./run-deal.js";

/** As many equal pieces of keys for each row, so that every worker has one; the pieces of a row are merged at the end. */
export const flashDecoding: SoftmaxOrder = {
  id: "flash-decoding",
  label: "FlashDecoding",
  family: "machine",
  source: "Flash-Decoding for long-context inference, crfm.stanford.edu/2023/10/12/flashdecoding",
  run(rows, given) {
    const setting = settingOf(given);
    const work = workOfRows(rows, setting);
    return runDeal(rows, fixedSplits(work, fillingSplits(work)), setting);
  },
};

/** Equal shares of all tiles for all workers, whichever rows they belong to; the first worker of a row merges its parts. */
export const leanAttention: SoftmaxOrder = {
  id: "lean-attention",
  label: "LeanAttention",
  family: "machine",
  source: "LeanAttention, arXiv:2405.10480, section 4",
  run(rows, given) {
    const setting = settingOf(given);
    return runDeal(rows, evenShares(workOfRows(rows, setting)), setting);
  },
};
