import {softmaxRows} from "../logits.js";
import {policy} from "../policy.js";
import {keepFraction, pageSize, sinks} from "../policy-params.js";
import {questImportance, questMask} from "./quest.js";
import {questCache} from "./quest-cache.js";

/** Quest: the pages of keys with the largest upper bounds on their products with the query. */
export const quest = policy({
  id: "quest",
  label: "Quest",
  source: "arXiv:2406.10774, section 3",
  family: "tokens",
  kind: "selects",
  isShownFirst: true,
  params: {keepFraction, sinks, pageSize},
  needs: [],
  // Pages of 8, for texts shorter than the paper's.
  cachePresets: [
    {id: "quest-half", params: {keepFraction: 0.5, pageSize: 8}},
    {id: "quest-quarter", params: {keepFraction: 0.25, pageSize: 8}},
    {id: "quest-half-int4", params: {keepFraction: 0.5, pageSize: 8, format: "int4"}},
  ],
  mask: questMask,
  importance({queries}, {pageSize}) {
    const bounds = questImportance(queries, {pageSize});
    const scale = Math.sqrt(queries.headDim);
    return softmaxRows({...bounds, data: bounds.data.map((score) => score / scale)});
  },
  reading: (config, cache, values, options) => questCache(config, cache, {...values, ...options}),
  costs: {
    stateInWords: "2 · width numbers of every page",
    cachedBytes: 2,
    // The highest and the lowest of each channel of each page.
    state: ({layers, kvHeads, headDim}, length, {pageSize}, {denseLayers = 1}) =>
      2 * (layers - denseLayers) * Math.ceil(length / pageSize) * kvHeads * headDim,
  },
});
