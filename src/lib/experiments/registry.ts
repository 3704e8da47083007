import type {Experiment} from "../experiment/experiment.js";

/** Every experiment by its id, loaded when first asked for: adding one is one line here. */
export const experiments: Readonly<Record<string, () => Promise<Experiment>>> = {
  "accel/decoding-times": () => import("./accel/decoding-times.js").then((m) => m.decodingTimes),
  "accel/compose": () => import("./accel/compose.js").then((m) => m.compose),
  "accel/compose-front": () => import("./accel/compose-front.js").then((m) => m.composeFront),
  "accel/hsa": () => import("./accel/hsa.js").then((m) => m.hsa),
  "accel/kinetics": () => import("./accel/kinetics.js").then((m) => m.kinetics),
  "accel/roofline": () => import("./accel/roofline.js").then((m) => m.roofline),
  "accel/sparse-slices": () => import("./accel/sparse-slices.js").then((m) => m.sparseSlices),
  "accel/systolic": () => import("./accel/systolic.js").then((m) => m.systolic),
  "decoding/drafting": () => import("./decoding/drafting.js").then((m) => m.drafting),
  "decoding/substitute": () => import("./decoding/substitute.js").then((m) => m.substitute),
  "decoding/draft-shape": () => import("./decoding/draft-shape.js").then((m) => m.draftShape),
  "decoding/layers-at-once": () => import("./decoding/layers-at-once.js").then((m) => m.layersAtOnce),
  "decoding/offload": () => import("./decoding/offload.js").then((m) => m.offload),
  "decoding/skipping": () => import("./decoding/skipping.js").then((m) => m.skipping),
  "decoding/prompt-tokens": () => import("./decoding/prompt-tokens.js").then((m) => m.promptTokensExperiment),
  "decoding/segmentation": () => import("./decoding/segmentation.js").then((m) => m.segmentation),
  "decoding/groups": () => import("./decoding/groups.js").then((m) => m.writtenGroups),
  "decoding/split-reason": () => import("./decoding/split-reason.js").then((m) => m.splitReason),
  "decoding/hard-steps": () => import("./decoding/hard-steps.js").then((m) => m.hardSteps),
  "decoding/one-problem": () => import("./decoding/one-problem.js").then((m) => m.oneProblem),
  "decoding/one-text": () => import("./decoding/one-text.js").then((m) => m.oneText),
  "decoding/grammar-masks": () => import("./decoding/grammar-masks.js").then((m) => m.grammarMasks),
  "decoding/one-grammar": () => import("./decoding/one-grammar.js").then((m) => m.oneGrammar),
  "decoding/grammar-text": () => import("./decoding/grammar-text.js").then((m) => m.grammarText),
  "formats/bits-error": () => import("./formats/bits-error.js").then((m) => m.bitsError),
  "formats/block-scale": () => import("./formats/block-scale.js").then((m) => m.blockScale),
  "formats/error-anatomy": () => import("./formats/error-anatomy.js").then((m) => m.errorAnatomy),
  "formats/hadamard-outliers": () => import("./formats/hadamard-outliers.js").then((m) => m.hadamardOutliers),
  "formats/own-file": () => import("./formats/own-file.js").then((m) => m.ownFile),
  "formats/razer-special": () => import("./formats/razer-special.js").then((m) => m.razerSpecial),
  "kv/alignment": () => import("./kv/alignment.js").then((m) => m.alignment),
  "kv/context": () => import("./kv/context.js").then((m) => m.context),
  "kv/one-token": () => import("./kv/one-token.js").then((m) => m.oneToken),
  "kv/shared-attention": () => import("./kv/shared-attention.js").then((m) => m.sharedAttention),
  "kv/sharing": () => import("./kv/sharing.js").then((m) => m.sharing),
  "kv/small-caches": () => import("./kv/small-caches.js").then((m) => m.smallCaches),
  "kv/spectra": () => import("./kv/spectra.js").then((m) => m.spectra),
  "models/activations": () => import("./models/activations.js").then((m) => m.activations),
  "models/damages": () => import("./models/damages.js").then((m) => m.damages),
  "models/evaluate": () => import("./models/evaluate.js").then((m) => m.evaluate),
  "models/formats-on-model": () => import("./models/formats-on-model.js").then((m) => m.formatsOnModel),
  "models/generate": () => import("./models/generate.js").then((m) => m.generate),
  "models/inside": () => import("./models/inside.js").then((m) => m.inside),
  "models/inventory": () => import("./models/inventory.js").then((m) => m.inventory),
  "models/layer-sensitivity": () => import("./models/layer-sensitivity.js").then((m) => m.layerSensitivity),
  "models/logits": () => import("./models/logits.js").then((m) => m.logits),
  "models/one-sentence": () => import("./models/one-sentence.js").then((m) => m.oneSentence),
  "models/plan": () => import("./models/plan.js").then((m) => m.plan),
  "models/quality": () => import("./models/quality.js").then((m) => m.quality),
  "models/tokenize": () => import("./models/tokenize.js").then((m) => m.tokenize),
  "attention/heads": () => import("./attention/heads.js").then((m) => m.attentionHeads),
  "attention/prompt": () => import("./attention/prompt.js").then((m) => m.attentionPrompt),
  "attention/policies": () => import("./attention/policies.js").then((m) => m.policies),
  "diffusion/one-text": () => import("./diffusion/one-text.js").then((m) => m.oneText),
  "diffusion/answers": () => import("./diffusion/answers.js").then((m) => m.answers),
  "diffusion/passes": () => import("./diffusion/passes.js").then((m) => m.passes),
  "diffusion/reuse": () => import("./diffusion/reuse.js").then((m) => m.reuse),
  "diffusion/published-time": () => import("./diffusion/published-time.js").then((m) => m.publishedTime),
  "ssm/memory": () => import("./ssm/memory.js").then((m) => m.memory),
  "ssm/forgetting": () => import("./ssm/forgetting.js").then((m) => m.forgetting),
  "ssm/outliers": () => import("./ssm/outliers.js").then((m) => m.outliers),
  "ssm/packed-state": () => import("./ssm/packed-state.js").then((m) => m.packedState),
  "ssm/quantization": () => import("./ssm/quantization.js").then((m) => m.quantization),
  "ssm/tensor-errors": () => import("./ssm/tensor-errors.js").then((m) => m.tensorErrors),
  "ssm/scan-forms": () => import("./ssm/scan-forms.js").then((m) => m.scanForms),
  "ssm/state-against-cache": () => import("./ssm/state-against-cache.js").then((m) => m.stateAgainstCache),
  "regress/numbers": () => import("./regress/numbers.js").then((m) => m.numbers),
  "regress/one-text": () => import("./regress/one-text.js").then((m) => m.oneText),
  "regress/predictors": () => import("./regress/predictors.js").then((m) => m.predictors),
  "regress/surrogate": () => import("./regress/surrogate.js").then((m) => m.surrogate),
  "scenes/one-object": () => import("./scenes/one-object.js").then((m) => m.oneObject),
  "scenes/rate-distortion": () => import("./scenes/rate-distortion.js").then((m) => m.rateDistortion),
  "scenes/words": () => import("./scenes/words.js").then((m) => m.words),
  "claims/accelerators": () => import("./claims/accelerators.js").then((m) => m.acceleratorClaims),
  "claims/decoding": () => import("./claims/decoding.js").then((m) => m.decodingClaims),
  "claims/diffusion": () => import("./claims/diffusion.js").then((m) => m.diffusionClaims),
  "claims/kv-caches": () => import("./claims/kv-caches.js").then((m) => m.kvCacheClaims),
  "claims/number-formats": () => import("./claims/number-formats.js").then((m) => m.numberFormatClaims),
  "claims/token-selection": () => import("./claims/token-selection.js").then((m) => m.tokenSelectionClaims),
  "claims/scenes": () => import("./claims/scenes.js").then((m) => m.sceneClaims),
  "claims/regress": () => import("./claims/regress.js").then((m) => m.regressClaims),
  "claims/state-space": () => import("./claims/state-space.js").then((m) => m.stateSpaceClaims),
  "claims/working-model": () => import("./claims/working-model.js").then((m) => m.workingModelClaims),
};

/**
 * The experiment of an id.
 * @throws RangeError naming all ids if there is none.
 */
export async function loadExperiment(id: string): Promise<Experiment> {
  const load = Object.hasOwn(experiments, id) ? experiments[id] : undefined;
  if (load === undefined) {
    throw new RangeError(
      `loadExperiment: id must be one of ${Object.keys(experiments).join(", ")}, got ${JSON.stringify(id)}`,
    );
  }
  const found = await load();
  if (found.id !== id) throw new RangeError(`loadExperiment: ${id} must load itself, got ${found.id}`);
  return found;
}
