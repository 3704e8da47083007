import {imageTokens, isCausal, type LayerGroup, type Model} from "../model.js";
import {type Formulas, type Operator, operator} from "../operator.js";
import {linear, norm, residual} from "./basic.js";
import {ffnOperators} from "./ffn.js";
import {groupedAttention, latentAttention, type MixerContext, retention} from "./mixers.js";
import {mamba, mamba2, recurrence} from "./ssm.js";
import {fullStep, type Step} from "./step.js";

function mixerOperators(group: LayerGroup, context: MixerContext): Operator[] {
  const {mixer} = group;
  switch (mixer.kind) {
    case "gqa":
      return groupedAttention(mixer, context);
    case "mla":
      return latentAttention(mixer, context);
    case "mamba":
      return mamba(mixer, context);
    case "mamba2":
      return mamba2(mixer, context);
    case "retention":
      return retention(mixer, context);
    case "recurrent":
      return recurrence(mixer, context);
  }
}

function layerOperators(group: LayerGroup, model: Model, step: Required<Step>): Operator[] {
  const {count, ffn} = group;
  const {hidden: d, layerNorm = false} = model;
  const {fused} = step;
  const T = step.batch * step.tokens;
  const context = {count, hidden: d, causal: isCausal(model), rotary: hasRotation(model), step};
  const mixed = [
    norm("mixer_norm", count, T, d, layerNorm, fused),
    ...mixerOperators(group, context),
    residual("mixer_add", count, T, d, fused),
  ];
  if (ffn === null) return mixed;
  return [
    ...mixed,
    norm("ffn_norm", count, T, d, layerNorm, fused),
    ...ffnOperators(ffn, {count, T, d, fused}),
    residual("ffn_add", count, T, d, fused),
  ];
}

/** Learned positions and images need no rotation. */
const hasRotation = (model: Model): boolean => model.positions === undefined && isCausal(model);

const GATHER: Formulas = {weights: "T * d", actWrite: "T * d"};

/** The rows of the embedding that the step's tokens pick. */
function embedding(T: number, d: number): Operator {
  return operator(
    {name: "embedding", kind: "embedding", count: 1, formulas: GATHER, symbols: {T, d}},
    {weights: T * d, actWrite: T * d},
  );
}

/**
 * All operators of one step of a model, in order; equal layers are one operator with a count.
 * For an image model the step's tokens are those of one image.
 * @throws RangeError if batch or tokens is no integer of at least 1, or cached none of at least 0.
 */
export function buildOperators(model: Model, step: Step): Operator[] {
  const image = imageTokens(model);
  const full = fullStep(image === null ? step : {...step, tokens: image, cached: 0});
  const {hidden: d, vocab, layerNorm = false} = model;
  const T = full.batch * full.tokens;
  const last = full.logits === "last" ? full.batch : T;
  const first =
    model.input?.kind === "image"
      ? linear(
          "patch_embed",
          1,
          full.batch * Math.floor(model.input.image / model.input.patch) ** 2,
          3 * model.input.patch ** 2,
          d,
          {bias: true},
        )
      : vocab > 0
        ? embedding(T, d)
        : null;
  const head = vocab > 0 ? [linear("lm_head", 1, last, d, vocab, {kind: "head", bias: image !== null})] : [];
  return [
    ...(first ? [first] : []),
    ...model.groups.flatMap((group) => layerOperators(group, model, full)),
    norm("final_norm", 1, last, d, layerNorm, full.fused),
    ...head,
  ];
}
