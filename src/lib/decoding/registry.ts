import {registry} from "../technique/registry.js";
import {dynamicTree} from "./drafts/draft-tree-method.js";
import {skippingDraft} from "./drafts/skipping-draft.js";
import {tokenRecycling} from "./drafts/token-recycling-method.js";
import {easySpec} from "./easyspec/easyspec.js";
import {hamburger} from "./hamburger/hamburger.js";
import {medusa, medusaTypical} from "./medusa/medusa.js";
import {plain} from "./plain.js";
import {promptDecoding} from "./ppd/ppd.js";
import {speculativeSampling} from "./speculative/speculative-sampling.js";
import {subspec} from "./subspec/subspec.js";

/** Ways to write a text with a decoder, in the order in which pages show them. */
export const decodingMethods = registry("decodingMethodById", [
  plain,
  speculativeSampling,
  dynamicTree,
  easySpec,
  subspec,
  skippingDraft,
  medusa,
  medusaTypical,
  promptDecoding,
  tokenRecycling,
  hamburger,
]);
