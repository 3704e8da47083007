import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {prepareModel} from "../../evaluate/prepare-model.js";
import {scorePair} from "../../evaluate/token-scores.js";
import {experiment} from "../../experiment/experiment.js";
import {formats} from "../../formats/registry.js";
import {decodeText} from "../../tasks/vocabulary.js";
import {optionNames} from "../../technique/option-names.js";
import {DECODER_NEEDS, decoderWeights, modelParam, needsOfModel} from "../shared/decoders.js";
import {promptIds, promptParam} from "../shared/prompt.js";
import {MODEL_FORMATS} from "./formats-on-model.js";

/** Perplexity and KL divergence word by word, small enough to add up by hand. */
export const oneSentence = experiment({
  id: "models/one-sentence",
  title: "One sentence, word by word",
  question: "What do perplexity and KL divergence say, on a sentence whose every word can be checked?",
  source: "perplexity: exp of the mean negative log-likelihood; KL: doi.org/10.1214/aoms/1177729694",
  params: {
    model: modelParam,
    format: {
      kind: "choice",
      label: "Weight format",
      options: Object.keys(formats),
      names: optionNames(Object.values(formats)),
      default: "int4",
    },
    sentence: promptParam("Sentence", "fact otter amber plum . query otter amber plum ."),
  },
  columns: {
    position: {type: "integer", label: "Position"},
    word: {type: "string", label: "Word"},
    probability: {type: "number", label: "Probability of the word, float32 weights", provenance: "measured"},
    quantized: {type: "number", label: "Probability of the word, quantized weights", provenance: "measured"},
    surprise: {type: "number", label: "−ln of the first", unit: "nats", provenance: "measured"},
    quantizedSurprise: {type: "number", label: "−ln of the second", unit: "nats", provenance: "measured"},
    kl: {
      type: "number",
      label: "KL divergence of the two predictions",
      unit: "nats",
      provenance: "measured",
    },
    likeliest: {type: "string", label: "Likeliest word, float32 weights"},
    quantizedLikeliest: {type: "string", label: "Likeliest word, quantized weights"},
  },
  needs: DECODER_NEEDS,
  needsOf: needsOfModel,
  sweep: MODEL_FORMATS.map((format) => ({format})),
  async run({model, format, sentence}, {data, progress}) {
    const ids = promptIds(sentence);
    const weights = decoderWeights(model, data);
    const options = {backend: wasmBackend};
    const plain = await prepareModel(weights, {}, options);
    await progress(0.5, format);
    const changed = await prepareModel(weights, {weights: formats[format]}, options);
    const [read, targets] = [ids.slice(0, -1), ids.slice(1)];
    const {baseline, model: other, kl} = scorePair(plain.logits(read), changed.logits(read), targets);
    return targets.map((target, i) => ({
      position: i + 1,
      word: decodeText([target]),
      probability: Math.exp(baseline.logProbs[i]),
      quantized: Math.exp(other.logProbs[i]),
      surprise: -baseline.logProbs[i],
      quantizedSurprise: -other.logProbs[i],
      kl: kl[i],
      likeliest: decodeText([baseline.topTokens[i]]),
      quantizedLikeliest: decodeText([other.topTokens[i]]),
      provenance: "measured" as const,
    }));
  },
});
