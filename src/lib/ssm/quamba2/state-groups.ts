import type {Mamba2Config, MambaConfig} from "../../engine/mamba/mamba-config.js";
import {minmaxObserver} from "../../formats/observers.js";
import {staticQuantizer} from "../quantize/int8-quantizers.js";
import {staticMemoryBytes} from "../quantize/memory-bytes.js";
import {needsHeads, replacing, type Step, scanQuantizer} from "../scan-quantizer.js";
import {plainStatic} from "../static.js";
import {groupedStateQuantizer} from "./grouped-quantizers.js";
import type {HeadChannelGroups} from "./head-channel-groups.js";

/**
 * Gives B and C a scale for each group of heads that shares them, and the state one for each of its numbers in each of
 * these groups of heads and channels. (arXiv 2503.22879, section 4)
 */
export const groupedStates =
  (groupsOf: (layer: number) => HeadChannelGroups): Step =>
  (draft) => {
    const {heads, headDim, stateSize} = draft.weights.config as Mamba2Config;
    const perGroup = () => staticQuantizer(minmaxObserver({groupSize: stateSize}));
    return replacing(draft, (layer) => ({
      B: perGroup(),
      C: perGroup(),
      state: groupedStateQuantizer(groupsOf(layer), [heads, headDim, stateSize]),
    }));
  };

/** Static scales of grouped B, C and state; `stateGroups` counts groups of heads and channels. */
export const groupedScales = (config: MambaConfig, stateGroups: number) => {
  const groups = groupsOfHeads(config);
  return {B: groups, C: groups, state: stateGroups * config.stateSize};
};

/** Groups of heads that share B and C. */
export const groupsOfHeads = (config: MambaConfig): number =>
  config.architecture === "Mamba2ForCausalLM" ? config.groups : 1;

/** Quamba2's scales for B, C and the state alone, by state group. */
export const stateGroups = scanQuantizer({
  id: "state-groups",
  label: "Scales by state group",
  source: "Quamba2, arXiv:2503.22879, section 4",
  family: "state-space",
  kind: "repair",
  params: {},
  needs: ["calibration"],
  roundsEnds: false,
  movesWeights: false,
  ownStateScales: true,
  refuses: needsHeads,
  plainQuantizer: plainStatic,
  steps: (config) => ({scales: [groupedStates(() => wholeGroups(config as Mamba2Config))]}),
  memoryBytes: (config, _, roundsEnds) =>
    staticMemoryBytes(config, roundsEnds, groupedScales(config, groupsOfHeads(config))),
});

/** All heads and channels of a state group together. */
function wholeGroups({groups, heads, headDim}: Mamba2Config): HeadChannelGroups {
  const each = <T>(value: T): T[] => Array(groups).fill(value);
  return {headEnds: each([heads / groups]), channelEnds: each([[headDim]])};
}
