/** What each selection policy thinks of the keys it chooses among, on a scale that readers can compare. */

import {attentionLogits, softmaxRows} from "../../attention/logits.js";
import type {PolicyId} from "../../attention/policies.js";
import {questImportance} from "../../attention/quest/quest.js";
import {questReleasedMask} from "../../attention/quest/quest-released.js";
import {filled, forEachRow, type Importance} from "../../attention/selection.js";
import type {TokenButlerPredictor} from "../../attention/selection-hooks.js";
import {maxPool, windowVotes} from "../../attention/snapkv/snapkv.js";
import {layerImportance, predictImportance} from "../../attention/token-butler/token-butler.js";
import type {MetLayer} from "./met-layers.js";

/** A layer as a policy met it, and what the policy was told. */
export interface Met extends MetLayer {
  /** Tokens of a page of Quest. */
  readonly pageSize: number;
  /** Queries that vote in SnapKV. */
  readonly window: number;
  readonly predictor: TokenButlerPredictor;
}

/** Neighbours that share SnapKV's votes. */
const POOL = 7;

const attentionShares = ({queries}: Met) => softmaxRows(attentionLogits(queries));

/**
 * By policy the share of importance that each query gives to each key: scores that stand for logits as their softmax,
 * sums of attention over their total. Null for a policy that asks nothing of a key.
 */
export const POLICY_IMPORTANCE: Readonly<Record<PolicyId, (met: Met) => Importance | null>> = {
  oracle: attentionShares,
  "token-butler"({layer, hidden, predictor: {shape, weights, frequencies, site}}) {
    const prediction = predictImportance(Float64Array.from(hidden[site]), shape, weights, frequencies);
    return softmaxRows(layerImportance(prediction, layer));
  },
  quest({queries, pageSize}) {
    const bounds = questImportance(queries, {pageSize});
    const scale = Math.sqrt(queries.headDim);
    return softmaxRows({...bounds, data: bounds.data.map((score) => score / scale)});
  },
  "quest-released": ({queries, pageSize}) =>
    softmaxRows(questReleasedMask(queries, {pageSize, keepFraction: 1}).importance),
  h2o: receivedShares,
  "h2o-released": attentionShares,
  snapkv: voteShares,
  "snapkv-released": voteShares,
  "streaming-llm": () => null,
  lambda: () => null,
  random: () => null,
};

/** The attention that each key has had from earlier queries while it was held; nothing for what is gone. */
function receivedShares({queries, mask}: Met): Importance {
  const logits = attentionLogits(queries);
  const held = logits.data.map((logit, at) => (mask.data[at] === 1 ? logit : Number.NEGATIVE_INFINITY));
  const p = softmaxRows({...logits, data: held});
  const received = filled(logits, 0);
  forEachRow(mask, (_h, i, start) => {
    const before = start - mask.keys;
    for (let j = 0; j < i; j++) {
      if (mask.data[start + j] === 1) {
        received.data[start + j] = received.data[before + j] + p.data[before + j];
      }
    }
  });
  return sharesOf(received);
}

/** The attention of the last queries up to each one, shared among neighbours. */
function voteShares({queries, window}: Met): Importance {
  const p = softmaxRows(attentionLogits(queries));
  const votes = filled(p, 0);
  forEachRow(p, (h, i, start, visible) => {
    votes.data.set(maxPool(windowVotes(p, h, i, window).subarray(0, visible), POOL), start);
  });
  return sharesOf(votes);
}

/** Every row divided by its sum; a row of nothing stays so. */
function sharesOf(scores: Importance): Importance {
  const shares = filled(scores, 0);
  forEachRow(scores, (_h, _i, start, visible) => {
    let sum = 0;
    for (let j = start; j < start + visible; j++) sum += scores.data[j];
    if (sum === 0) return;
    for (let j = start; j < start + visible; j++) shares.data[j] = scores.data[j] / sum;
  });
  return shares;
}
