import {type EvictionRule, indices} from "./eviction/eviction.js";
import {policy} from "./policy.js";
import {keepFraction, sinks} from "./policy-params.js";

/**
 * StreamingLLM: the sinks and, in what is left of the room, the most recent keys. Positions stay those of the text; a
 * cache that numbers what it holds anew is another thing. (arXiv:2309.17453, section 3.2)
 */
export const streamingRule: EvictionRule = {
  evicts: "after each token",
  counted: 0,
  sinksInRoom: true,
  keep: ({positions, room}) => indices(positions.length, positions.length - room),
};

/** StreamingLLM: the first keys (attention sinks) and the newest. */
export const streamingLlm = policy({
  id: "streaming-llm",
  label: "StreamingLLM",
  source: "arXiv:2309.17453, section 3.2",
  family: "tokens",
  kind: "evicts",
  isShownFirst: true,
  params: {keepFraction, sinks},
  needs: [],
  cachePresets: [
    {id: "streaming-half", params: {keepFraction: 0.5, sinks: 4}, isByChoice: true},
    {id: "streaming-quarter", params: {keepFraction: 0.25, sinks: 4}},
  ],
  eviction: () => streamingRule,
});
