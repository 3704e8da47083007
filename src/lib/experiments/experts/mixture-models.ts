/** The mixtures that come with the library, as experiments ask for them. */

import {expertNetwork, PLAIN_ROUTER} from "../../architectures/parts.js";
import type {ExpertChannels} from "../../architectures/record/channels.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {type Decoder, loadDecoder} from "../../engine/decoder/load-decoder.js";
import {heldCheckpoint} from "../../engine/tensor-plan.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import type {DataSets} from "../../experiment/experiment.js";
import {mixtures} from "../../experts/registry.js";
import {DECODERS} from "../shared/decoders.js";

const dense = DECODERS["decoder-small"];
const EIGHT = {experts: 8, active: 2, width: 44};
const IDLE = {constant: 2, copy: 1, zero: 1, inputScale: 1};
const NORM = {kind: "rms", eps: 1e-5, weight: "plain", bias: false} as const;

/** The small decoder with other networks: its attention and its sizes are those of all mixtures here. */
function mixture(
  family: string,
  architecture: string,
  channels: (layer: number) => ExpertChannels,
): DecoderConfig {
  const plans = dense.plans.map((plan, layer) => ({...plan, channels: channels(layer)}));
  return {...dense, family, architecture, intermediateSize: plans[0].channels.width, plans};
}

const blockFfn = mixture("blockffn", "BlockFFNForCausalLM", () =>
  expertNetwork({
    experts: 40,
    active: 40,
    width: 8,
    gated: false,
    router: {...PLAIN_ROUTER, score: "relu", normalized: false, norm: NORM},
  }),
);

/** Configurations that a data set of tensors does not hold, which a test holds against each config.json. */
export const MIXTURES = {
  "mixture-small": mixture("mixtral", "MixtralForCausalLM", () => expertNetwork(EIGHT)),
  "mixture-small-zero": mixture("moe_plus_plus", "MoEPlusPlusForCausalLM", (layer) =>
    expertNetwork({...EIGHT, idle: IDLE, router: {...PLAIN_ROUTER, residual: layer > 0}}),
  ),
  "mixture-small-early": mixture("smallthinker", "SmallThinkerForCausalLM", () =>
    expertNetwork({...EIGHT, activation: "relu", router: {...PLAIN_ROUTER, early: true}}),
  ),
  "blockffn-small-plain": blockFfn,
  "blockffn-small": blockFfn,
} as const satisfies Readonly<Record<string, DecoderConfig>>;

/** Ids of the techniques whose models these are. */
export const MIXTURE_TECHNIQUES = mixtures.ids;

/** The data set of the model of a technique. */
export const mixtureNeed = (technique: (typeof MIXTURE_TECHNIQUES)[number]) =>
  `weights/${mixtures.byId(technique).model}` as const;

/** Data sets of all mixtures. */
export const MIXTURE_NEEDS = MIXTURE_TECHNIQUES.map(mixtureNeed);

/**
 * The mixture of a technique from its data set, with the fast arithmetic.
 * @throws RangeError if the data set is not there.
 */
export async function openedMixture(
  technique: (typeof MIXTURE_TECHNIQUES)[number],
  data: Pick<DataSets, "get">,
): Promise<Decoder> {
  const name = mixtureNeed(technique);
  const tensors = data.get(name);
  if (tensors === undefined)
    throw new RangeError(`openedMixture: data must hold ${name}, got none of this name`);
  const config = MIXTURES[mixtures.byId(technique).model];
  return loadDecoder(heldCheckpoint(tensors), config, {backend: await wasmBackend()});
}
