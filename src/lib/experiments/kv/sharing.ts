import type {EvalText} from "../../evaluate/eval-texts.js";
import {evaluateModel, memoized} from "../../evaluate/evaluate.js";
import {experiment} from "../../experiment/experiment.js";
import {fp16, fp32} from "../../formats/float/float.js";
import type {Format} from "../../formats/format.js";
import {int} from "../../formats/int.js";
import {ALL_SEEDS} from "../models/formats-on-model.js";
import {openedDecoder, testSeeds} from "../shared/decoder-texts.js";
import {DECODER_NEEDS, type DecoderId, modelParam, needsOfModel} from "../shared/decoders.js";
import {qualityCells, qualityColumns} from "../shared/quality-columns.js";
import {watched} from "../shared/watched.js";
import {accuracyCells, accuracyColumns} from "./accuracy-columns.js";
import {keptModel, plainModel, promptLength} from "./kept-model.js";
import {largestRank, sharings, TECHNIQUES, WHOLE} from "./sharings.js";
import {GROUP_SIZES} from "./spectra.js";

const FORMATS: Readonly<Record<string, Format>> = {fp32, fp16, int8: int({bits: 8})};

/** Loss of layers that share their keys and values, against the bytes that are kept. */
export const sharing = experiment({
  id: "kv/sharing",
  title: "Sharing keys and values across layers",
  question: "How small does a cache become when layers share it, and what does the model then lose?",
  source: "xKV, arXiv:2503.18893; MiniCache, arXiv:2405.14366",
  params: {
    model: modelParam,
    mode: {
      kind: "choice",
      label: "What reads the smaller cache",
      help: "Every token of the text; or only those after a prompt of half the text, as in the paper, whose prompt itself is read exactly.",
      options: ["every token", "after the prompt"],
      default: "every token",
    },
    techniques: {
      kind: "choices",
      label: "Techniques",
      help: "The released MiniCache keeps the most similar rows and merges the others.",
      options: TECHNIQUES,
      default: TECHNIQUES,
      advanced: true,
    },
    groupSizes: {
      kind: "choices",
      label: "Layers of a group",
      help: "1 decomposes each layer alone. Groups larger than the model are left out.",
      options: GROUP_SIZES,
      default: GROUP_SIZES,
      advanced: true,
    },
    keptKeys: {
      kind: "choices",
      label: "Rank of keys, share of the width",
      help: "For each layer of a group; values get half as many again. At 1 everything is kept.",
      options: [0.03125, 0.0625, 0.09375, 0.125, 0.1875, 0.25, 0.375, 0.5, 1],
      default: [0.0625, 0.09375, 0.125, 0.1875],
      advanced: true,
    },
    format: {
      kind: "choice",
      label: "How all that is kept is packed",
      options: Object.keys(FORMATS),
      names: {fp32: "FP32", fp16: "FP16", int8: "INT8"},
      default: "fp16",
      advanced: true,
    },
    documents: {
      kind: "integer",
      label: "Documents for each seed",
      help: "Of 128 tokens; the large decoder reads a third as many, of 256. More documents give narrower intervals.",
      min: 3,
      max: 48,
      default: 6,
      advanced: true,
    },
  },
  columns: {
    model: {type: "string", label: "Model"},
    technique: {type: "string", label: "Technique"},
    name: {type: "string", label: "Setting"},
    groupSize: {type: "integer", label: "Layers of a group"},
    rankK: {type: "integer", label: "Rank of a group's keys", nullable: true},
    rankV: {type: "integer", label: "Rank of a group's values", nullable: true},
    bytesPerToken: {
      type: "number",
      label: "Cache",
      unit: "bytes per token, counted",
      provenance: "measured",
    },
    ratio: {type: "number", label: "Times smaller, counted", provenance: "measured"},
    limitRatio: {
      type: "number",
      label: "Times smaller in a very long text",
      provenance: "modelled",
    },
    seed: {type: "string", label: "Evaluation seed"},
    ...qualityColumns,
    ...accuracyColumns,
  },
  needs: DECODER_NEEDS,
  needsOf: needsOfModel,
  sweep: [{}, {mode: "after the prompt"}, {model: "decoder-large"}],
  async run({model, mode, documents, format: formatId, ...choice}, {data, progress}) {
    const decoder = await openedDecoder(model, data);
    const isWhole = mode === "every token";
    const seeds = testSeeds(decoder.config, {documents: affordable(documents, model)}).map((seed) => ({
      ...seed,
      texts: isWhole ? seed.texts : seed.texts.map(scoredAfterPrompt),
    }));
    const baseline = memoized(plainModel(decoder));
    const methods = sharings(decoder.config, choice);
    const kept = keptModel(decoder, FORMATS[formatId], {
      mode: isWhole ? "whole" : "prompt",
      largestRank: (groupSize) => largestRank(methods, groupSize),
    });
    const whole = kept(WHOLE);
    const rows = [];
    for (const [n, method] of [WHOLE, ...methods].entries()) {
      const step = watched(progress, {
        from: n / (methods.length + 1),
        to: (n + 1) / (methods.length + 1),
        what: method.name,
      });
      const shrunk = method === WHOLE ? whole : kept(method);
      const {pooled, seeds: each} = await evaluateModel(shrunk, baseline, seeds, step);
      const bytesPerToken = shrunk.bytesPerToken();
      const ratio = whole.bytesPerToken() / bytesPerToken;
      const {rankK = null, rankV = null, limitRatio = ratio} = "rankK" in method ? method : {};
      for (const {seed, ...measured} of [{seed: ALL_SEEDS, ...pooled}, ...each]) {
        rows.push({
          model,
          technique: method.technique,
          name: method.name,
          groupSize: method.groupSize,
          rankK,
          rankV,
          bytesPerToken,
          ratio,
          limitRatio,
          seed: String(seed),
          ...qualityCells(measured),
          ...accuracyCells(measured),
          provenance: "measured" as const,
        });
      }
    }
    return rows;
  },
});

/** The large decoder's passes cost seven times as much. */
const affordable = (documents: number, model: DecoderId) =>
  model === "decoder-large" ? Math.round(documents / 3) : documents;

/** The prompt is read exactly: only what comes after its first reader counts. */
function scoredAfterPrompt(text: EvalText): EvalText {
  return {...text, from: promptLength(text.tokens.length - 1) + 1};
}
