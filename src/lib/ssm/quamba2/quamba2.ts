/** Quamba2: sort and cluster, scales by state group, Hadamard space, and embedding and head rounded too. */

import {CLIP_PARAMS} from "../quamba/clip.js";
import {rotatedOutput, rotatedStream} from "../quamba/hadamard.js";
import {quambaSteps} from "../quamba/quamba.js";
import {staticMemoryBytes} from "../quantize/memory-bytes.js";
import {type Step, scanQuantizer} from "../scan-quantizer.js";
import {plainStatic} from "../static.js";
import {CLUSTER_PARAMS, type ClusterCounts, clusteredDraft} from "./cluster.js";
import {groupedScales, groupedStates, groupsOfHeads} from "./state-groups.js";

/** Sorts and clusters, and lets the state share the groups of the scan's input. */
const clusteredStates =
  (counts: ClusterCounts): Step =>
  async (draft, readTexts) => {
    const {draft: sorted, groups} = await clusteredDraft(draft, counts, readTexts);
    return groupedStates((layer) => groups[layer])(sorted, readTexts);
  };

/**
 * Quamba2: Quamba's rotations, with a clustered scan input and scales for each state group in place of the clip;
 * embedding and head are quantized too. On Mamba, which has no heads to cluster, it is Quamba with embedding and head
 * rounded, as its published code has it.
 */
export const quamba2 = scanQuantizer({
  id: "quamba2",
  label: "Quamba2",
  source: "arXiv:2503.22879, section 4",
  family: "state-space",
  kind: "method",
  params: {...CLIP_PARAMS, ...CLUSTER_PARAMS},
  needs: ["calibration"],
  roundsEnds: true,
  movesWeights: true,
  ownStateScales: true,
  plainQuantizer: plainStatic,
  steps: ({architecture}, {alpha, ...counts}) =>
    architecture === "MambaForCausalLM"
      ? quambaSteps(alpha)
      : {scales: [clusteredStates(counts)], weights: [rotatedStream, rotatedOutput]},
  memoryBytes(config, {headGroups, channelGroups}, roundsEnds) {
    if (config.architecture === "MambaForCausalLM") return staticMemoryBytes(config, roundsEnds);
    const x = groupsOfHeads(config) * headGroups * channelGroups;
    return staticMemoryBytes(config, roundsEnds, {x, ...groupedScales(config, x)});
  },
});
