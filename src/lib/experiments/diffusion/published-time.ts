import {MACHINES, machineById} from "../../accel/machines.js";
import {type ModelSizes, operationsOf, passSeconds} from "../../diffusion/cost.js";
import {causalPairs, causalWork} from "../../diffusion/guide.js";
import type {MaskedWork} from "../../diffusion/masked-text.js";
import {DECODER_BESIDE, DREAM_7B, LLADA_8B, QWEN_1_5B} from "../../diffusion/published-shapes.js";
import {experiment} from "../../experiment/experiment.js";
import {checkParams} from "../../technique/check-params.js";
import {optionNames} from "../../technique/option-names.js";
import type {ParamValues} from "../../technique/params.js";

const SHAPES = {"dream-7b": DREAM_7B, "llada-8b": LLADA_8B} as const;
/** Prompts that the table has beside the one that is asked for. */
const PROMPTS = [64, 256, 1024, 4096] as const;

const params = {
  model: {
    kind: "choice",
    label: "Published model",
    options: ["dream-7b", "llada-8b"],
    names: {"dream-7b": "Dream 7B", "llada-8b": "LLaDA 8B"},
    default: "dream-7b",
  },
  machine: {
    kind: "choice",
    label: "Hardware",
    help: "The paper has an RTX 6000 Ada, the chip of the L40 with a little more memory bandwidth.",
    options: Array.from(MACHINES.keys()),
    names: optionNames(MACHINES.values()),
    default: "l40",
  },
  prompt: {
    kind: "integer",
    label: "Tokens of the prompt",
    help: "Eight examples of GSM8K take about a thousand.",
    min: 16,
    max: 32_768,
    log: true,
    default: 1024,
  },
  written: {kind: "choice", label: "Tokens to write", options: [64, 128, 256, 512, 1024], default: 256},
  perPass: {
    kind: "number",
    label: "Tokens a guided pass writes",
    help: "A number measured on our small models would not hold for large ones.",
    min: 1,
    max: 32,
    step: 0.5,
    default: 6,
  },
  blockLength: {
    kind: "choice",
    label: "Tokens of a block",
    options: [8, 16, 32, 64],
    default: 32,
    advanced: true,
  },
  efficiency: {
    kind: "number",
    label: "Share of the peak rates that is reached",
    help: "Of operations and of bandwidth alike.",
    min: 0.1,
    max: 1,
    step: 0.05,
    default: 0.6,
    advanced: true,
  },
} as const;

type Setting = ParamValues<typeof params>;

const modelled = <const L extends string, const U extends string | undefined = undefined>(
  label: L,
  unit?: U,
) => ({type: "number", label, ...(unit !== undefined && {unit}), provenance: "modelled"}) as const;

/** Modelled time of the published shapes: plain steps, reuse, guidance, both, and a decoder of their size. */
export const publishedTime = experiment({
  id: "diffusion/published-time",
  title: "The time of a model of seven billion parameters",
  question: "How much of the published speedups follows from fewer tokens fed and fewer passes?",
  source: "arXiv:2505.21467, section 4; roofline of one pass: operations over a rate, bytes over a bandwidth",
  params,
  columns: {
    way: {type: "string", label: "Way"},
    label: {type: "string", label: "Way in words"},
    model: {type: "string", label: "Model"},
    prompt: {type: "integer", label: "Tokens of the prompt", unit: "tokens"},
    passes: modelled("Passes of the model that writes"),
    queries: modelled("Tokens fed, all passes together"),
    seconds: modelled("Time", "s"),
    speedup: modelled("Speedup over plain steps, a token a pass", "x"),
    computeShare: modelled("Share of the time that is bound by arithmetic"),
  },
  needs: [],
  sweep: [{}, {model: "llada-8b"}],
  run: (setting) =>
    [...new Set([...PROMPTS, setting.prompt])]
      .sort((a, b) => a - b)
      .flatMap((prompt) => rowsOf({...setting, prompt})),
});

/** Passes of one model that are alike. */
interface Passes {
  readonly sizes: ModelSizes;
  readonly work: MaskedWork;
}

function rowsOf(setting: Setting) {
  const ways = waysOf(setting);
  const base = secondsOf(ways[0].parts, setting).total;
  return ways.map(({way, label, parts, model}) => {
    const {total, compute} = secondsOf(parts, setting);
    const [{sizes}] = parts;
    const own = parts.filter((part) => part.sizes === sizes).map(({work}) => work);
    return {
      way,
      label,
      model,
      prompt: setting.prompt,
      passes: own.reduce((sum, {passes}) => sum + passes, 0),
      queries: own.reduce((sum, {queries}) => sum + queries, 0),
      seconds: total,
      speedup: base / total,
      computeShare: compute / total,
      provenance: "modelled" as const,
    };
  });
}

function secondsOf(parts: readonly Passes[], {machine: id, efficiency}: Setting) {
  const {peakTops, bandwidthGBs} = machineById(id);
  const operationsPerSecond = 1e12 * efficiency * (peakTops.fp16 ?? peakTops.fp32 ?? 0);
  const machine = {operationsPerSecond, bytesPerSecond: 1e9 * efficiency * bandwidthGBs};
  let [total, compute] = [0, 0];
  for (const {sizes, work} of parts) {
    const seconds = passSeconds(sizes, work, machine, 2);
    const {linear, attention} = operationsOf(sizes, work);
    total += seconds;
    if ((linear + attention) / operationsPerSecond >= seconds) compute += seconds;
  }
  return {total, compute};
}

function waysOf({model, prompt, written, perPass, blockLength}: Setting) {
  const {sizes, title} = SHAPES[model];
  const beside = DECODER_BESIDE[model];
  const all = prompt + written;
  const alike = (passes: number, fed: number): Passes => ({
    sizes,
    work: {passes, queries: passes * fed, pairs: passes * fed * all, keys: passes * all},
  });
  const guidedPasses = Math.ceil(written / perPass);
  const guide = guidePasses(QWEN_1_5B.sizes, prompt, written, guidedPasses);
  const decoder = decoderPasses(beside.sizes, prompt, written);
  const blocks = Array.from({length: Math.ceil(written / blockLength)}, (_, block) =>
    alike(Math.min(blockLength, written - block * blockLength), all - prompt - block * blockLength),
  );
  return [
    {way: "plain", label: "a token a pass", model: title, parts: [alike(written, all)]},
    {way: "freecache", label: "FreeCache", model: title, parts: [alike(1, all), ...blocks]},
    {way: "guided", label: "guided", model: title, parts: [alike(guidedPasses, all), ...guide]},
    {
      way: "both",
      label: "guided, prompt reused",
      model: title,
      parts: [alike(1, all), alike(guidedPasses - 1, written), ...guide],
    },
    {way: "decoder", label: "decoder with its cache", model: beside.title, parts: decoder},
    {
      way: "guide alone",
      label: "the guide alone",
      model: QWEN_1_5B.title,
      parts: decoderPasses(QWEN_1_5B.sizes, prompt, written),
    },
  ];
}

/** A prompt at once, then a token a pass. */
function decoderPasses(sizes: ModelSizes, prompt: number, written: number): Passes[] {
  const pairs = causalPairs(prompt, written);
  const keys = written * (prompt + written / 2);
  return [
    {sizes, work: causalWork(0, prompt)},
    {sizes, work: {passes: written, queries: written, pairs, keys}},
  ];
}

/** The prompt once, then the drafts of each pass: all that are still open, in chunks of 32 until one is refused. */
function guidePasses(sizes: ModelSizes, prompt: number, written: number, passes: number): Passes[] {
  const chunk = Math.min(32, written);
  const half = prompt + written / 2;
  const work = {
    passes,
    queries: passes * chunk,
    pairs: passes * causalPairs(half, chunk),
    keys: passes * half,
  };
  return [
    {sizes, work: causalWork(0, prompt)},
    {sizes, work},
  ];
}

/** Modelled speedup of a way over plain steps, of Dream 7B where nothing else is said. */
export function publishedRatio(way: string, own: Partial<Setting>): number {
  const setting = {...checkParams("publishedRatio", params, own)};
  const found = rowsOf(setting).find((row) => row.way === way);
  if (found === undefined) throw new RangeError(`publishedRatio: way must be one of the table, got ${way}`);
  return found.speedup;
}
