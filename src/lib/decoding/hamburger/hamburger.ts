import {decodingMethod} from "../method.js";
import {groupDecoding} from "./group-decoding.js";
import {untrainedGroups} from "./group-model.js";

/** HAMburger: a step takes a group of tokens as one entry of the cache and writes the next group without verifying it. */
export const hamburger = decodingMethod({
  id: "hamburger",
  label: "HAMburger groups",
  source: "arXiv:2505.20438, section 3",
  params: {
    confidence: {
      kind: "number",
      label: "Confidence to go on",
      help: "A group goes on where its chance to is at least this; at 1 it has one token. The authors' code has 0.9.",
      min: 0,
      max: 1,
      step: 0.05,
      default: 0.9,
    },
  },
  takes: "a micro-step decoder",
  trusts: true,
  lossless:
    "trusts the tokens of a small decoder without verifying them, and a model trained further reads several tokens as one",
  run: ({target, groups = untrainedGroups(target)}, prompt, {confidence}, goal) =>
    groupDecoding(groups, prompt, confidence, goal),
});
