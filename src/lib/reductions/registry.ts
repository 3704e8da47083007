import {registry} from "../technique/registry.js";
import {flashDecoding, leanAttention} from "./deal/techniques.js";
import {onlineSoftmax} from "./online/technique.js";
import {plainSoftmax} from "./plain/technique.js";
import {unifiedMax} from "./unified-max/technique.js";

/** Orders of softmax attention, in the order in which pages show them. */
export const softmaxOrders = registry("softmax orders", [
  plainSoftmax,
  onlineSoftmax,
  flashDecoding,
  unifiedMax,
  leanAttention,
]);
