/** The tensors that a decoder requires, and where a published checkpoint holds each. */

import type {Norm} from "../../architectures/record/norm.js";
import type {TensorInfo} from "../../io/safetensors.js";
import {type TensorPlan, type TensorPlanner, tensorPlanner} from "../tensor-plan.js";
import type {DecoderConfig} from "./config.js";
import {
  EMBEDDING_NAME,
  HEAD_NAME,
  linearParts,
  type NormPart,
  normParts,
  vectorParts,
} from "./layer-parts.js";
import {type Naming, namingOf, type OutsidePart} from "./naming.js";
import {gainPlace, linearPlace, prefixOf, publishedPart} from "./stored-places.js";

/**
 * A decoder's plan, and its config as the tensors by the engine's names have it: a head in the file wins over the flag that
 * ties it, and gains are what multiplies.
 */
export interface PlannedDecoder {
  readonly config: DecoderConfig;
  readonly plan: TensorPlan;
  isLeftover(name: string): boolean;
}

/**
 * Finds every tensor that `config` requires.
 * @param naming of the checkpoint, by default that of the config's family
 * @throws FormatError with kind `missing-tensor` or `bad-shape`.
 */
export function planDecoder(
  tensors: ReadonlyMap<string, TensorInfo>,
  config: DecoderConfig,
  naming: Naming = namingOf(config.family),
): PlannedDecoder {
  const {plan, want} = tensorPlanner("loadDecoder", tensors);
  const wanted: Wanted = {tensors, config, naming, prefix: prefixOf(tensors, naming), want};
  const tied = wantEnds(wanted);
  wantStream(wanted);
  config.plans.forEach((_, layer) => {
    wantLayer(wanted, layer);
  });
  return {
    config: {...withAppliedGains(config), tied},
    plan,
    isLeftover: (name) => naming.leftovers.test(name),
  };
}

/** What the steps of a plan share. */
interface Wanted extends Pick<TensorPlanner, "want"> {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly config: DecoderConfig;
  readonly naming: Naming;
  readonly prefix: string;
}

const outside = ({prefix, naming}: Wanted, part: OutsidePart) => ({
  name: `${prefix}${naming.outside[part]}.weight`,
});

/** Asks for the embedding and the head. Gives whether they are one matrix. */
function wantEnds(wanted: Wanted): boolean {
  const {tensors, config, naming, want} = wanted;
  const shape = [config.vocabSize, config.embeddingWidth];
  const head = naming.heads.find((name) => tensors.has(`${name}.weight`)) ?? naming.heads[0];
  const [embedding, matrix, bias] = [outside(wanted, "embed_tokens"), `${head}.weight`, `${head}.bias`];
  // A tied matrix may be stored under the name of the head alone; a head beside the embedding is one of its own.
  const isHeadAlone = config.tied && tensors.has(matrix) && !tensors.has(embedding.name);
  const isTied = config.tied && (isHeadAlone || !tensors.has(matrix));
  want(EMBEDDING_NAME, shape, isHeadAlone ? {name: matrix} : embedding);
  if (!isTied) want(HEAD_NAME, shape, {name: matrix});
  if (config.headBias || (!isTied && tensors.has(bias)))
    want("lm_head.bias", shape.slice(0, 1), {name: bias});
  return isTied;
}

/** Asks for what stands between the embedding, the layers and the head. */
function wantStream(wanted: Wanted): void {
  const {config, naming, prefix, want} = wanted;
  const {hiddenSize, embeddingWidth, positionTable, finalNorm} = config;
  if (positionTable) {
    const shape = [positionTable.rows, hiddenSize];
    want("model.embed_positions.weight", shape, outside(wanted, "embed_positions"));
  }
  if (embeddingWidth !== hiddenSize) {
    want("model.project_in.weight", [hiddenSize, embeddingWidth], outside(wanted, "project_in"));
    want("model.project_out.weight", [embeddingWidth, hiddenSize], outside(wanted, "project_out"));
  }
  if (finalNorm === null) return;
  wantNorm(wanted, {name: "model.norm", norm: finalNorm, shape: [hiddenSize]}, prefix + naming.outside.norm);
}

function wantNorm({want}: Wanted, {name, norm, shape}: NormPart, stored: string): void {
  if (norm.weight !== "none") want(`${name}.weight`, shape, gainPlace(`${stored}.weight`, norm));
  if (norm.bias) want(`${name}.bias`, shape, {name: `${stored}.bias`});
}

function wantLayer(wanted: Wanted, layer: number): void {
  const {tensors, config, naming, prefix, want} = wanted;
  const layerPlan = config.plans[layer];
  const [own, published] = [`model.layers.${layer}.`, `${prefix}${naming.layers}${layer}.`];
  const isThere = (name: string) => tensors.has(`${published}${name}.weight`);
  for (const part of normParts(config, layerPlan)) {
    const stored = published + publishedPart(naming, part.name, isThere);
    wantNorm(wanted, {...part, name: own + part.name}, stored);
  }
  for (const {name, shape} of vectorParts(config, layerPlan))
    want(own + name, shape, {name: published + name});
  const parts = linearParts(config, layerPlan);
  for (const part of parts) {
    const place = linearPlace(naming, part, parts, layerPlan.mixer.headDim);
    const name = published + place.name;
    want(`${own}${part.name}.weight`, [part.out, part.inputs], place.weight(name));
    if (part.bias || tensors.has(`${name}.bias`))
      want(`${own}${part.name}.bias`, [part.out], place.bias(name));
  }
}

/** The config of weights whose gains have had their one added. */
function withAppliedGains(config: DecoderConfig): DecoderConfig {
  const applied = (norm: Norm): Norm => (norm.weight === "plus-one" ? {...norm, weight: "plain"} : norm);
  return {
    ...config,
    finalNorm: config.finalNorm && applied(config.finalNorm),
    plans: config.plans.map((plan) => {
      const {qkNorm} = plan.mixer;
      const mixer = {...plan.mixer, qkNorm: qkNorm && {...qkNorm, norm: applied(qkNorm.norm)}};
      return {...plan, mixer, norm: applied(plan.norm)};
    }),
  };
}
