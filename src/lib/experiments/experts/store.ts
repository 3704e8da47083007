import {experiment} from "../../experiment/experiment.js";
import {type ExpertTrace, runStore} from "../../experts/small-thinker/expert-store.js";
import {popularTrace} from "../../experts/small-thinker/popular-trace.js";
import {
  attentionBytes,
  expertBytes,
  headBytes,
  kvBytes,
  MIXTURE_SHAPES,
  type MixtureShape,
  residentBytes,
  sparseExpertShare,
} from "../../experts/small-thinker/shapes.js";
import {smallThinker} from "../../experts/small-thinker/technique.js";

const SHAPES = MIXTURE_SHAPES.map(({id}) => id);
/** Tokens written in the simulation, and the seed of their routing. */
const TOKENS = 48;
const SEED = 1;
/** Shares of all experts that fit the memory. */
const FITS = [0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** Ways to wait for experts: what the router sees, and whether zero neurons are read. */
const WAYS = [
  {way: "router behind attention", early: false, sparse: false},
  {way: "router before attention", early: true, sparse: false},
  {way: "router before attention, zero neurons left out", early: true, sparse: true},
] as const;

/** Tokens a second of SmallThinker's published models by the memory for their experts. */
export const expertStore = experiment({
  id: "experts/store",
  title: "Experts from a slow store",
  question: "How fast is a mixture whose experts do not fit the memory, and what does an early router hide?",
  source: `${smallThinker.label}: ${smallThinker.source}; experts drawn by the published frequencies`,
  params: {
    shape: {kind: "choice", label: "Model", options: SHAPES, default: SHAPES[0]},
    storageGBs: {
      kind: "number",
      label: "Storage",
      unit: "GB/s",
      help: "PCIe 3.0 with four lanes carries 3.94 GB/s (PCI-SIG); fast drives come near it.",
      min: 0.2,
      max: 14,
      log: true,
      default: 3.5,
    },
    memoryGBs: {
      kind: "number",
      label: "Memory bandwidth",
      unit: "GB/s",
      help: "Two channels of DDR4-3200 carry 51.2 GB/s (JEDEC).",
      min: 5,
      max: 200,
      log: true,
      default: 51.2,
    },
    neurons: {
      kind: "number",
      label: "Share of an expert's neurons above zero",
      help: "The paper prints medians of zero neurons above 0.6.",
      min: 0.05,
      max: 1,
      step: 0.05,
      default: 0.4,
    },
    hotFrequency: {
      kind: "number",
      label: "Frequency of the popular fifth of the experts",
      help: "The paper prints 0.4 to 0.6 for 20 to 30 % of the experts. It is cut to what the chosen experts of a token allow.",
      min: 0.1,
      max: 0.6,
      step: 0.05,
      default: 0.4,
    },
    context: {
      kind: "integer",
      label: "Tokens in the cache",
      min: 1,
      max: 32_768,
      log: true,
      default: 2048,
      advanced: true,
    },
  },
  columns: {
    shape: {type: "string", label: "Model"},
    way: {type: "string", label: "Way to wait for experts"},
    memoryGB: {
      type: "number",
      label: "Memory for all weights and the cache",
      unit: "GB",
      provenance: "modelled",
    },
    fits: {type: "number", label: "Share of all experts in memory", provenance: "modelled"},
    tokensPerSecond: {type: "number", label: "Tokens a second", provenance: "modelled"},
    missShare: {type: "number", label: "Share of experts read from storage", provenance: "modelled"},
    hiddenShare: {type: "number", label: "Share of the reading that attention hides", provenance: "modelled"},
  },
  needs: [],
  sweep: SHAPES.map((shape) => ({shape})),
  async run({shape: id, context, ...machine}) {
    const shape = MIXTURE_SHAPES.find((each) => each.id === id)!;
    const trace = traceOf(shape, machine.hotFrequency);
    return FITS.flatMap((fits) =>
      WAYS.map((way) => rowOf(shape, trace, {...machine, context, fits, ...way})),
    );
  },
});

const HOT_SHARE = 0.2;

function traceOf({layers, experts, active}: MixtureShape, wanted: number): ExpertTrace {
  const hot = Math.round(HOT_SHARE * experts);
  const hotFrequency = Math.min(wanted, active / hot);
  const popularity = {
    experts,
    active,
    hotShare: HOT_SHARE,
    hotFrequency: Math.max(hotFrequency, leastHot(experts, active)),
  };
  return popularTrace(popularity, {layers, tokens: TOKENS, seed: SEED});
}

/** Frequency of popular experts below which the others would be the popular ones. */
const leastHot = (experts: number, active: number) => active / experts;

interface Setting {
  readonly storageGBs: number;
  readonly memoryGBs: number;
  readonly neurons: number;
  readonly context: number;
  readonly fits: number;
  readonly way: string;
  readonly early: boolean;
  readonly sparse: boolean;
}

function rowOf(shape: MixtureShape, trace: ExpertTrace, setting: Setting) {
  const {storageGBs, memoryGBs, neurons, context, fits, way, early, sparse} = setting;
  const all = shape.layers * shape.experts;
  const capacity = Math.max(shape.active, Math.round(fits * all));
  const inMemory = (bytes: number) => bytes / (memoryGBs * 1e9);
  const seconds = {
    attention: inMemory(attentionBytes(shape) + kvBytes(shape, context) / shape.layers),
    expert: inMemory(expertBytes(shape) * (sparse ? sparseExpertShare(neurons) : 1)),
    load: expertBytes(shape) / (storageGBs * 1e9),
  };
  const run = runStore(trace, {capacity, experts: shape.experts, seconds, early});
  const reading = run.misses * seconds.load;
  return {
    shape: shape.label,
    way,
    memoryGB: (residentBytes(shape) + kvBytes(shape, context) + capacity * expertBytes(shape)) / 1e9,
    fits: capacity / all,
    tokensPerSecond: TOKENS / (run.seconds + TOKENS * inMemory(headBytes(shape))),
    missShare: run.misses / (run.hits + run.misses),
    hiddenShare: reading === 0 ? 0 : run.hiddenSeconds / reading,
    provenance: "modelled" as const,
  };
}
