import {expectedTokens} from "../../decoding/speculative/expected-tokens.js";
import {
  draftSeconds,
  layersBytes,
  OFFLOADED_MODELS,
  type OffloadedModel,
  passSeconds,
  passSpans,
  residentLayers,
  SUBSPEC_CALIBRATION,
  secondsPerToken,
} from "../../decoding/subspec/offload.js";
import {experiment} from "../../experiment/experiment.js";
import type {ParamValues} from "../../technique/params.js";

/** Depths of the curve. */
const DEPTHS = [1, 2, 4, 8, 16, 24, 32, 48, 64, 96];
/** Tokens of the cache for which room is kept, as in the paper's experiments. */
export const CACHED_TOKENS = 2048;

const modelled = {provenance: "modelled"} as const;

const params = {
  model: {
    kind: "choice",
    label: "Model",
    help: "Those of the paper's experiments.",
    options: OFFLOADED_MODELS.map(({id}) => id),
    default: "Qwen2.5-7B",
  },
  depth: {kind: "integer", label: "Tokens drafted ahead", min: 1, max: 96, default: 48},
  acceptance: {
    kind: "number",
    label: "Chance that a drafted token is kept",
    help: "0.975 gives the tokens that the authors print for SubSpec, 0.922 those for a draft model of 1.5 billion parameters, 0.795 those for EAGLE-2.",
    min: 0.5,
    max: 0.999,
    step: 0.001,
    default: 0.975,
  },
  link: {
    kind: "number",
    label: "Link",
    help: "23.4 is what the authors' times give for PCIe 4.0 x16; a fast disk reads 7.",
    unit: "GB/s",
    min: 1,
    max: 128,
    step: 0.1,
    default: SUBSPEC_CALIBRATION.linkBytesPerSecond / 1e9,
  },
  memory: {kind: "number", label: "Accelerator memory", unit: "GB", min: 4, max: 80, step: 0.5, default: 8},
  bits: {
    kind: "number",
    label: "Bits per weight of the draft",
    help: "4.5: four bits with a scale and a zero point of 16 bits for 64 weights.",
    min: 1.5,
    max: 16,
    step: 0.1,
    default: 4.5,
  },
  overlaps: {
    kind: "flag",
    label: "Copy while computing",
    help: "Off: a copy begins when the layer before is done.",
    default: true,
  },
} as const;

type Setting = ParamValues<typeof params>;

/** Time of a token with weights behind a slow link, with and without drafts by a copy in few bits. */
export const offload = experiment({
  id: "decoding/offload",
  title: "Weights on the other side of a slow link",
  question:
    "A model does not fit the memory and its weights come over a bus in every pass. How much do drafts help?",
  source:
    "SubSpec, arXiv:2509.18344; constants from the times in its figure 1 and in the README of NYCU-EDgeAi/subspec; tokens of a round for a chance that is the same for each: arXiv:2211.17192, equation 1",
  params,
  columns: {
    method: {type: "string", label: "Method"},
    depth: {type: "integer", label: "Tokens drafted ahead"},
    tokens: {type: "number", label: "Tokens for each pass of the model", provenance: "modelled"},
    copiedLayers: {type: "integer", label: "Layers that come over the link", provenance: "modelled"},
    copiedBytes: {type: "number", label: "Bytes over the link in a pass", provenance: "modelled"},
    transferSeconds: {type: "number", label: "Copies of a token, seconds", provenance: "modelled"},
    draftSeconds: {type: "number", label: "Draft of a token, seconds", provenance: "modelled"},
    otherSeconds: {
      type: "number",
      label: "Computation of a token that no copy hides, seconds",
      provenance: "modelled",
    },
    secondsPerToken: {type: "number", label: "Seconds for each token", provenance: "modelled"},
    speedup: {type: "number", label: "Times as fast as without drafts", provenance: "modelled"},
    fits: {type: "boolean", label: "Fits the accelerator memory"},
  },
  tables: {
    spans: {
      method: {type: "string", label: "Method"},
      layer: {type: "integer", label: "Layer"},
      copyFrom: {type: "number", label: "Copy begins, seconds", nullable: true, provenance: "modelled"},
      copyTo: {type: "number", label: "Copy ends, seconds", nullable: true, provenance: "modelled"},
      computeFrom: {type: "number", label: "Computation begins, seconds", provenance: "modelled"},
      computeTo: {type: "number", label: "Computation ends, seconds", provenance: "modelled"},
    },
  },
  needs: [],
  sweep: [{}],
  async run(setting) {
    const plain = plainOffloading(setting);
    const drafted = substituteDraft(setting);
    const depths = [...new Set([...DEPTHS, setting.depth])].sort((a, b) => a - b);
    return {
      rows: [
        rowOf(plain, plain, {depth: 0, tokens: 1}),
        ...depths.map((depth) =>
          rowOf(drafted, plain, {depth, tokens: expectedTokens(setting.acceptance, depth)}),
        ),
      ],
      spans: [plain, drafted].flatMap(spansOf),
    };
  },
});

/** A way to run the model: the layers that are copied in each pass, and the time of a pass of its draft. */
interface Way {
  readonly method: string;
  readonly copied: number;
  readonly resident: number;
  readonly copiedBytes: number;
  readonly copySeconds: number;
  readonly overlaps: boolean;
  readonly draftPassSeconds: number;
  readonly fits: boolean;
}

const modelOf = ({model}: Setting): OffloadedModel => OFFLOADED_MODELS.find(({id}) => id === model)!;

/** Embedding, head, the cache of 2048 tokens and a buffer of one layer, in 16 bits. */
function fixedBytes(model: OffloadedModel): number {
  const ends = 2 * model.vocabSize * model.hiddenSize * 2;
  const cache = model.layers * 2 * model.kvWidth * 2 * CACHED_TOKENS;
  return ends + cache + layersBytes({...model, layers: 1}, 16);
}

/** As many layers stay in the near memory as fit; the others are copied for every token. */
function plainOffloading(setting: Setting): Way {
  const model = modelOf(setting);
  const bytes = 1e9 * setting.memory;
  const resident = residentLayers(model, bytes, fixedBytes(model));
  return wayOf("plain offloading", setting, resident, 0, fixedBytes(model) <= bytes);
}

/** The substitutes take the room of resident layers; what is left holds layers. */
function substituteDraft(setting: Setting): Way {
  const model = modelOf(setting);
  const bytes = 1e9 * setting.memory;
  const fixed = fixedBytes(model) + layersBytes(model, setting.bits);
  const resident = residentLayers(model, bytes, fixed);
  const read = layersBytes(model, setting.bits) + 2 * model.vocabSize * model.hiddenSize;
  const {draftOverheadSeconds: overheadSeconds, draftBytesPerSecond: bytesPerSecond} = SUBSPEC_CALIBRATION;
  return wayOf(
    "SubSpec",
    setting,
    resident,
    draftSeconds(read, {overheadSeconds, bytesPerSecond}),
    fixed <= bytes,
  );
}

function wayOf(
  method: string,
  setting: Setting,
  resident: number,
  draftPassSeconds: number,
  fits: boolean,
): Way {
  const model = modelOf(setting);
  const layerBytes = layersBytes({...model, layers: 1}, 16);
  const copied = model.layers - resident;
  return {
    method,
    copied,
    resident,
    copiedBytes: copied * layerBytes,
    copySeconds: layerBytes / (1e9 * setting.link),
    overlaps: setting.overlaps,
    draftPassSeconds,
    fits,
  };
}

const timesOf = ({copied, resident, copySeconds}: Way) => ({
  copied,
  resident,
  copySeconds,
  computeSeconds: SUBSPEC_CALIBRATION.computeSecondsPerLayer,
});

function rowOf(way: Way, plain: Way, {depth, tokens}: {readonly depth: number; readonly tokens: number}) {
  const verifySeconds = passSeconds(timesOf(way), way);
  const perToken = secondsPerToken(depth, tokens, {draftSeconds: way.draftPassSeconds, verifySeconds});
  const transfer = way.copied * way.copySeconds;
  return {
    method: way.method,
    depth,
    tokens,
    copiedLayers: way.copied,
    copiedBytes: way.copiedBytes,
    transferSeconds: transfer / tokens,
    draftSeconds: (depth * way.draftPassSeconds) / tokens,
    otherSeconds: (verifySeconds - transfer) / tokens,
    secondsPerToken: perToken,
    speedup: passSeconds(timesOf(plain), plain) / perToken,
    fits: way.fits,
    ...modelled,
  };
}

function spansOf(way: Way) {
  return passSpans(timesOf(way), way).map(({copy, compute}, layer) => ({
    method: way.method,
    layer,
    copyFrom: copy?.[0] ?? null,
    copyTo: copy?.[1] ?? null,
    computeFrom: compute[0],
    computeTo: compute[1],
    ...modelled,
  }));
}
