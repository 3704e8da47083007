/** Ways to write tokens as a cost model sees them: drafts and their verification, or fewer layers for each token. */

import {requireFraction, requireInteger} from "../tensor/require.js";
import type {FormatChoice} from "./machine.js";
import type {Model} from "./model.js";
import type {Operator} from "./operator.js";

/** Draft that proposes tokens: layers of the model, or a model of as many layers of its widths. */
export interface DraftCost {
  /** Layers for each of the model's. */
  readonly layers: number;
  /** Format of its weights, which stand in memory beside the model's; null: it reads the model's own. */
  readonly weights: FormatChoice | null;
  /** Its passes for each pass of the model. */
  readonly passes: number;
  /** Tokens that one of them reads for a sequence. */
  readonly tokens: number;
}

/** A way to write, by counts that were measured somewhere. */
export interface DecodingWay {
  readonly id: string;
  /** Tokens that come of a pass of the model on average, the model's own among them. */
  readonly tokensPerPass: number;
  /** Drafted tokens that a pass verifies. */
  readonly verified: number;
  readonly draft: DraftCost | null;
  /** Layers that a token passes for each of the model's; below 1 some are left out. */
  readonly layers: number;
}

/**
 * Checks a way.
 * @throws RangeError unless a pass gives from one token to all verified and one more, and shares and counts are in range.
 */
export function requireWay({tokensPerPass, verified, draft, layers}: DecodingWay): void {
  if (!(verified >= 0 && verified < Number.POSITIVE_INFINITY))
    throw new RangeError(`compose: decoding verified must be a number of at least 0, got ${verified}`);
  if (!(tokensPerPass >= 1 && tokensPerPass <= verified + 1))
    throw new RangeError(
      `compose: decoding tokensPerPass must be from 1 to ${verified + 1}, got ${tokensPerPass}`,
    );
  requireFraction("compose", "decoding layers", layers);
  if (draft === null) return;
  requireFraction("compose", "decoding draft layers", draft.layers);
  requireInteger("compose", "decoding draft tokens", draft.tokens, 1);
  if (!(draft.passes >= 0 && draft.passes < Number.POSITIVE_INFINITY))
    throw new RangeError(
      `compose: decoding draft passes must be a number of at least 0, got ${draft.passes}`,
    );
}

/** A model with a share of its layers, of each kind at least one. */
export function withLayers(model: Model, share: number): Model {
  if (share === 1) return model;
  const {counted: _, ...sizes} = model;
  const groups = model.groups.map((group) => ({
    ...group,
    count: Math.max(1, Math.round(group.count * share)),
  }));
  return {...sizes, groups};
}

/** Operators that run `times` as often: of a pass of several tokens, the part of one token. */
export function timesAsOften(operators: readonly Operator[], times: number): Operator[] {
  return operators.map((op) => ({...op, count: op.count * times}));
}

/** Reason why drafts cannot be verified, or null: a recurrent state has no rows to take back. */
export function draftObstacle({groups}: Model, {verified}: DecodingWay): string | null {
  const other = groups.find(({mixer: {kind}}) => kind !== "gqa" && kind !== "mla");
  return verified === 0 || other === undefined
    ? null
    : `drafts need attention, whose cache forgets refused tokens, got layers of ${other.mixer.kind}`;
}
