import {experiment} from "../../experiment/experiment.js";
import {mixtures} from "../../experts/registry.js";
import {multiplyingExperts, routingTrace} from "../../experts/routing-trace.js";
import {decodeText} from "../../tasks/vocabulary.js";
import {optionNames} from "../../technique/option-names.js";
import {promptIds, promptParam} from "../shared/prompt.js";
import {MIXTURE_TECHNIQUES, mixtureNeed, openedMixture} from "./mixture-models.js";

const measured = {provenance: "measured"} as const;

/** Experts of every token of a sentence, layer by layer. */
export const expertsOfSentence = experiment({
  id: "experts/one-sentence",
  title: "Experts of a sentence",
  question:
    "Which experts does each token of a sentence pass, and how many of them does a run of tokens load?",
  source: mixtures.all.map(({label, source}) => `${label}: ${source}`).join("; "),
  params: {
    prompt: promptParam(
      "Sentence",
      "fact otter amber plum . fact heron velvet bell . quiet river carries light across open valley . query otter",
    ),
    mixture: {
      kind: "choice",
      label: "Mixture",
      options: MIXTURE_TECHNIQUES,
      names: optionNames(mixtures.all),
      default: "block-ffn",
    },
    layer: {
      kind: "integer",
      label: "Layer",
      help: "Counted from 0; all models have four.",
      min: 0,
      max: 3,
      default: 1,
    },
  },
  columns: {
    token: {type: "integer", label: "Place in the text"},
    word: {type: "string", label: "Word"},
    layer: {type: "integer", label: "Layer"},
    expert: {type: "integer", label: "Expert"},
    multiplies: {type: "boolean", label: "Has matrices"},
    weight: {type: "number", label: "Weight of the expert", provenance: "measured"},
  },
  tables: {
    tokens: {
      token: {type: "integer", label: "Place in the text"},
      word: {type: "string", label: "Word"},
      experts: {type: "integer", label: "Experts with matrices that the token passes"},
      fresh: {type: "integer", label: "Of these, none of the tokens before passed"},
      loaded: {type: "integer", label: "Experts that the text has loaded so far"},
      of: {type: "integer", label: "Experts with matrices in the layer"},
      idle: {type: "integer", label: "Experts without matrices that the token passes"},
    },
  },
  needs: MIXTURE_TECHNIQUES.map(mixtureNeed),
  needsOf: ({mixture}) => [mixtureNeed(mixture)],
  sweep: MIXTURE_TECHNIQUES.map((mixture) => ({mixture})),
  async run({prompt, mixture, layer: shown}, {data}) {
    const ids = promptIds(prompt);
    const {layers} = routingTrace(await openedMixture(mixture, data), ids);
    const words = ids.map((id) => decodeText(Uint8Array.of(id)));
    const {channels, chosen, layer} = layers[shown];
    const loaded = new Set<number>();
    const tokens = chosen.map((weights, token) => {
      const own = multiplyingExperts(channels, weights);
      const fresh = own.filter((e) => !loaded.has(e)).length;
      for (const e of own) loaded.add(e);
      const idle = weights.size - own.length;
      const counts = {experts: own.length, fresh, loaded: loaded.size, of: channels.experts, idle};
      return {token, word: words[token], ...counts, ...measured};
    });
    const rows = chosen.flatMap((weights, token) =>
      Array.from(weights, ([expert, weight]) => ({
        token,
        word: words[token],
        layer,
        expert,
        multiplies: expert < channels.experts,
        weight,
        ...measured,
      })),
    );
    return {rows, tokens};
  },
});
