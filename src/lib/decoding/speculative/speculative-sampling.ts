import {decodingMethod} from "../method.js";
import {depth, draftTemperature} from "../method-params.js";
import {chainDecoding} from "./chain-decoding.js";

/**
 * Speculative sampling: a smaller model drafts a chain of tokens; the target accepts or rejects each so that its own
 * distribution is kept.
 */
export const speculativeSampling = decodingMethod({
  id: "speculative-sampling",
  label: "Speculative sampling",
  source: "arXiv:2211.17192, algorithm 1; arXiv:2302.01318",
  params: {
    gamma: {...depth, help: "Tokens that the smaller model draws one by one.", default: 4},
    draftTemperature,
  },
  takes: "a smaller model",
  lossless: true,
  run({target, draft}, prompt, {gamma, draftTemperature: temperature}, goal) {
    // The likeliest token of the draft is drafted where the target takes its own.
    const warp = {temperature: (goal.warp?.temperature ?? 0) === 0 ? 0 : temperature, topK: 0, topP: 1};
    return chainDecoding(target, draft, prompt, {gamma, warp}, goal);
  },
});
