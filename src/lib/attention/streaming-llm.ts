import {requireInteger} from "../tensor/require.js";
import {type EvictionRule, indices} from "./eviction.js";
import {policy} from "./policy.js";
import {keepFraction, sinks} from "./policy-params.js";

/**
 * StreamingLLM: the sinks and, in what is left of the room, the most recent keys. Positions stay those of the text; a
 * cache that numbers what it holds anew is another thing. (arXiv:2309.17453, section 3.2)
 * @throws RangeError unless sinks is an integer of at least 0.
 */
export function streamingRule({sinks = 4} = {}): EvictionRule {
  requireInteger("streamingRule", "sinks", sinks, 0);
  return {
    evicts: "after each token",
    counted: 0,
    keep({positions, room}) {
      const first = indices(positions.length).filter((at) => positions[at] < sinks);
      const recent = Math.max(0, room - first.length);
      return [...first, ...indices(positions.length, Math.max(first.length, positions.length - recent))];
    },
  };
}

/** StreamingLLM: the first keys and the newest. */
export const streamingLlm = policy({
  id: "streaming-llm",
  label: "StreamingLLM",
  source: "arXiv:2309.17453",
  family: "tokens",
  kind: "evicts",
  isShownFirst: true,
  params: {keepFraction, sinks},
  needs: [],
  eviction: ({sinks}) => streamingRule({sinks}),
});
