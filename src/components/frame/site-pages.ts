import type {RegistryName} from "../../lib/technique/facts.js";

/** A page as the navigation, the search and search engines show it. */
export interface SitePage {
  readonly name: string;
  /** Its address from the root of the site, without ending. */
  readonly path: string;
  /** Its content in a sentence. */
  readonly about: string;
  /** The one technique that it is about, where its address does not end in the technique's id. */
  readonly technique?: string;
}

/** Pages that stand together in the navigation. */
export interface PageGroup {
  readonly name: string;
  readonly pages: readonly SitePage[];
}

/** The home page; the brand leads to it. */
export const HOME: SitePage = {
  name: "Home",
  path: "/index",
  about:
    "A workbench for the trade-offs of efficient machine learning: number formats, caches, state-space models and accelerators, really run, measured and explorable.",
};

/** All other pages by family, in reading order. */
export const PAGE_GROUPS: readonly PageGroup[] = [
  {
    name: "Number formats",
    pages: [
      {
        name: "Codes and codebooks",
        path: "/formats/number-formats",
        about:
          "The values that integers, small floats and codebooks of four, six or eight bits can stand for.",
      },
      {
        name: "Block scaling",
        path: "/formats/block-scaling",
        about: "MX, NVFP4 and RaZeR on a block of sixteen values: shared scales, their cost and their error.",
      },
      {
        name: "Choose a format",
        path: "/formats/choose",
        about:
          "Bits per element against error for every number format, on weights, activations and your own file.",
      },
      {
        name: "Outliers and victims",
        path: "/formats/outliers-and-victims",
        about: "OliVe, LLM.int8() and FP6: where a few large values go, and what they cost a trained model.",
      },
      {
        name: "Multiplying without a multiplier",
        path: "/formats/multiplying-without-a-multiplier",
        about:
          "L-Mul, DenseShift, tables of sums and bit planes: one product by hand in each, work counted, error measured.",
      },
      {
        name: "Lossless and still smaller",
        path: "/formats/lossless-and-still-smaller",
        about: "DFloat11's codes of exponents, decoded by many threads, and sums whose order changes a text.",
      },
      {
        name: "Training in four bits",
        path: "/formats/training-in-four-bits",
        about:
          "Quartet and TBT: small decoders trained with products of four bits and with weights of two and three values.",
      },
    ],
  },
  {
    name: "Models",
    pages: [
      {
        name: "Formats on a working model",
        path: "/models/formats-on-a-working-model",
        about:
          "Perplexity and KL divergence of a trained decoder under number formats and calibrated rounding, with intervals.",
      },
      {
        name: "Inside the model",
        path: "/models/inside-the-model",
        about: "Attention, activations and logits of a small decoder for a prompt of your own.",
      },
      {
        name: "Your checkpoint",
        path: "/models/your-checkpoint",
        about:
          "A model file of your own: error of every format, what fits which machine, and the exact plan for a memory.",
      },
    ],
  },
  {
    name: "Caches",
    pages: [
      {
        name: "Small caches",
        path: "/kv/small-caches",
        about:
          "KV-cache compression measured side by side: bytes held and read against what the model still knows.",
      },
      {
        name: "Sharing across layers",
        path: "/kv/sharing-across-layers",
        about: "Cross-layer sharing of keys and values: common bases, merged layers, and what each loses.",
      },
      {
        name: "Which tokens matter",
        path: "/kv/which-tokens-matter",
        about:
          "Eviction and sparse reads: which keys each policy keeps or reads, and what the model then gets wrong.",
      },
      {
        name: "How long a context?",
        path: "/kv/how-long-a-context",
        about: "The longest context that fits a memory, for published models and every form of the cache.",
      },
    ],
  },
  {
    name: "Decoding",
    pages: [
      {
        name: "Drafting and verifying",
        path: "/decoding/drafting-and-verifying",
        about:
          "Speculative decoding measured: tokens that one pass gives, by draft model, tree, bits of the draft and temperature.",
      },
      {
        name: "Weights over a slow link",
        path: "/decoding/weights-over-a-slow-link",
        about:
          "SubSpec's bargain: offloaded weights, long drafts by a copy in few bits, and where the time goes.",
      },
      {
        name: "Skipping layers",
        path: "/decoding/skipping-layers",
        about: "Tokens that leave layers out: which ones each rule skips, and what the model then loses.",
      },
      {
        name: "Only what parses",
        path: "/decoding/only-what-parses",
        about:
          "XGrammar's masks: a grammar or JSON Schema of your own as an automaton, and the tokens that it allows after a text.",
      },
      {
        name: "Compiled shapes",
        path: "/decoding/compiled-shapes",
        about:
          "NITRO's decoding with shapes fixed beforehand: the same tokens, its cost over the compiled length, and an ONNX file.",
      },
      {
        name: "Who should think?",
        path: "/decoding/who-should-think",
        about:
          "SplitReason on worked arithmetic: a small model hands hard steps to a large one, measured against other rules.",
      },
    ],
  },
  {
    name: "Sparse weights",
    pages: [
      {
        name: "Which weights can go?",
        path: "/sparse/which-weights-can-go",
        about:
          "Pruning measured: weights by magnitude, Wanda and SparseGPT, in any place or N of M, and whole heads and channels by FLAP.",
      },
      {
        name: "Sparse tiles",
        path: "/sparse/sparse-tiles",
        about:
          "SparAMX: weights behind a bitmap, expanded tile by tile; time over density, measured here and modelled for AMX.",
      },
      {
        name: "Experts",
        path: "/sparse/experts",
        about:
          "Mixtures of experts measured: which experts a token passes, what a run of tokens loads, and experts from a slow store.",
      },
    ],
  },
  {
    name: "State-space models",
    pages: [
      {
        name: "The scan",
        path: "/ssm/the-scan",
        about: "The selective scan of Mamba by hand and in a trained model: what a fixed state keeps.",
      },
      {
        name: "Quantizing a state-space model",
        path: "/ssm/quantizing",
        about: "Mamba and Mamba2 in int8 and below: what breaks, and what Quamba and Quamba2 repair.",
      },
      {
        name: "State against cache",
        path: "/ssm/state-against-cache",
        about: "A state of fixed size against a cache that grows: bytes, reads and what each forgets.",
      },
      {
        name: "Averaging channels",
        path: "/ssm/averaging-channels",
        about:
          "VMeanba on a small vision Mamba: one mean channel scanned in place of all, alone and with pruning.",
      },
    ],
  },
  {
    name: "Between attention and state",
    pages: [
      {
        name: "Chunks instead of tokens",
        path: "/mixers/chunks-instead-of-tokens",
        about:
          "Attamba's cache of chunks, measured beside transformers of equal cache and of equal operations.",
        technique: "attamba",
      },
      {
        name: "Other mixers",
        path: "/mixers/other-mixers",
        about:
          "Recurrent networks that follow a state, matrices that only add, attention to pairs and over binary codes.",
      },
    ],
  },
  {
    name: "Diffusion language models",
    pages: [
      {
        name: "From masks to text",
        path: "/diffusion/from-masks-to-text",
        about:
          "A masked diffusion model writes word by word in any order: samplers, blocks and passes, measured.",
      },
      {
        name: "Reusing what stays",
        path: "/diffusion/reusing-what-stays",
        about:
          "FreeCache: how far keys and values move between passes, what reuse saves and what it changes.",
      },
      {
        name: "Guided by a small model",
        path: "/diffusion/guided-by-a-small-model",
        about:
          "A decoder says how many drafts of a diffusion model may stand; both beside the decoder alone.",
      },
    ],
  },
  {
    name: "Accelerators",
    pages: [
      {
        name: "Compose",
        path: "/accelerators/compose",
        about: "Time, memory and energy of a model on a machine in any combination of formats.",
      },
      {
        name: "Roofline",
        path: "/accelerators/roofline",
        about: "Whether each operator of a model is bound by memory or by arithmetic on a machine.",
      },
      {
        name: "Systolic array",
        path: "/accelerators/systolic-array",
        about: "Cycles and reads of a matrix product on a systolic array, by what stays in place.",
      },
      {
        name: "Edge accelerator",
        path: "/accelerators/edge-accelerator",
        about: "A small array that both reads prompts and writes answers: time, area and energy.",
      },
      {
        name: "Sparse slices",
        path: "/accelerators/sparse-slices",
        about: "The speed that structured sparsity leaves after what cannot be pruned and what must be fed.",
      },
      {
        name: "Logic blocks",
        path: "/accelerators/logic-blocks",
        about:
          "Circuits of adders and lookup tables in an FPGA's blocks, and in blocks where both work at once.",
      },
      {
        name: "Test-time compute",
        path: "/accelerators/test-time-compute",
        about: "The cost of longer and of more answers when memory traffic counts beside arithmetic.",
      },
      {
        name: "Bits that are zero",
        path: "/accelerators/bits-that-are-zero",
        technique: "smash",
        about:
          "Bit-weight processing elements: products digit by digit, digits that are not zero, and lanes that wait. Sparse products merged in a hashed table.",
      },
      {
        name: "Layouts",
        path: "/accelerators/layouts",
        about:
          "Tilus: which thread holds which weight, and how weights of one to eight bits are loaded as whole bytes.",
      },
      {
        name: "Softmax in other orders",
        path: "/accelerators/softmax-orders",
        about:
          "FlashDecoding++, LeanAttention and FuseMax run and counted: equal results, passes, corrections, shares of work.",
      },
    ],
  },
  {
    name: "Learned costs",
    pages: [
      {
        name: "Predicting cost from text",
        path: "/regress/predicting-cost-from-text",
        about:
          "A config.json, a program, a graph or a kernel of your own: its cost as a small model reads it, beside the true one.",
      },
      {
        name: "Numbers as tokens",
        path: "/regress/numbers-as-tokens",
        about: "Numbers as a language model writes them, scheme by scheme, and the part that is lost.",
      },
      {
        name: "Which estimator?",
        path: "/regress/which-estimator",
        about: "Median, mean or mode of a model's samples, how many of them, and how well their spread fits.",
      },
      {
        name: "How much data?",
        path: "/regress/how-much-data",
        about: "The error of predictors of cost by the texts that they learned from.",
      },
    ],
  },
  {
    name: "Objects",
    pages: [
      {
        name: "Words instead of triangles",
        path: "/scenes/words-instead-of-triangles",
        about:
          "Objects in space as meshes and as texts: what Draco, meshoptimizer and words of a grammar keep.",
      },
    ],
  },
  {
    name: "Reference",
    pages: [
      {
        name: "Claims",
        path: "/claims",
        about: "Headline numbers of papers beside what is measured or modelled here, with verdicts by rule.",
      },
      {
        name: "Speed",
        path: "/benchmarks",
        about: "The speed of this library against other software on one machine.",
      },
      {
        name: "Glossary",
        path: "/glossary",
        about:
          "Terms of efficient machine learning and every technique of this workbench, each with its source.",
      },
      {
        name: "About and cite",
        path: "/about",
        about: "What Paretoscope is, its licence and version, and how to cite it.",
      },
    ],
  },
];

/** The page that shows the techniques of a registry at work. */
export const PAGE_OF_REGISTRY: Readonly<Record<RegistryName, string>> = {
  formats: "/formats/choose",
  "quantization methods": "/models/formats-on-a-working-model",
  caches: "/kv/small-caches",
  policies: "/kv/which-tokens-matter",
  "scan quantizers": "/ssm/quantizing",
  "averaged scans": "/ssm/averaging-channels",
  "decoding methods": "/decoding/drafting-and-verifying",
  mixers: "/mixers/other-mixers",
  "pruning methods": "/sparse/which-weights-can-go",
  "structured pruning": "/sparse/which-weights-can-go",
  "sparse forms": "/sparse/sparse-tiles",
  mixtures: "/sparse/experts",
  "static decodings": "/decoding/compiled-shapes",
  "softmax orders": "/accelerators/softmax-orders",
  cascades: "/accelerators/softmax-orders",
  arithmetics: "/formats/multiplying-without-a-multiplier",
  accelerators: "/accelerators/compose",
};

const PAGES = [HOME, ...PAGE_GROUPS.flatMap(({pages}) => pages)];

/** The page of a technique: one of its own, under its id, or that of its registry. */
export const pageOfTechnique = ({
  registry,
  id,
}: {
  readonly registry: RegistryName;
  readonly id: string;
}): string =>
  PAGES.find(({path, technique}) => technique === id || path.endsWith(`/${id}`))?.path ??
  PAGE_OF_REGISTRY[registry];

/** Finds a page by its address; none for addresses outside the navigation. */
export const pageAt = (path: string): SitePage | undefined => PAGES.find((page) => page.path === path);
