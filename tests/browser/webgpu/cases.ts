import {attentionCases} from "./attention-cases.js";
import {packedCases} from "./packed-cases.js";
import {scanCases} from "./scan-cases.js";
import {selectiveCases} from "./selective-cases.js";

/** Cases by name, for any adapter: each gives a number that must be at most 1. */
export const cases = {...packedCases, ...attentionCases, ...scanCases, ...selectiveCases};
