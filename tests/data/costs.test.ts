import {expect, test} from "vitest";
import {techniqueCosts} from "../../src/data/costs.js";

const cache = (technique: string, family: string, kept: number, rise: number) => ({
  model: "decoder-small",
  seed: "all",
  technique,
  label: technique,
  family,
  kept,
  read: kept,
  rise,
});

const none = {
  caches: [],
  policies: [],
  methods: [],
  scans: [],
  drafts: [],
  pruning: [],
  structured: [],
  systolic: [],
  hsa: [],
  slices: [],
  kinetics: [],
};

test("a cache is told by its smallest setting that loses little, and if none does by the one that loses least", () => {
  const techniques = [
    {registry: "caches" as const, id: "kivi", choices: ["kivi-4", "kivi-2", "kivi-1"]},
    {registry: "caches" as const, id: "minicache", choices: ["minicache-a", "minicache-b"]},
    {registry: "policies" as const, id: "quest", choices: ["quest"]},
  ];
  const caches = [
    cache("fp16", "baseline", 800, 0),
    cache("kivi-4", "fewer-bits", 400, 0.01),
    cache("kivi-2", "fewer-bits", 200, 0.09),
    cache("kivi-1", "fewer-bits", 100, 0.5),
    cache("minicache-a", "shared-layers", 600, 0.4),
    cache("minicache-b", "shared-layers", 700, 0.2),
    {...cache("kivi-1", "fewer-bits", 1, 0), seed: "1"},
  ];
  expect(techniqueCosts(techniques, {...none, caches})).toEqual([
    {registry: "caches", id: "kivi", text: "kivi-2: 4 times fewer bytes kept; perplexity +9 %."},
    {
      registry: "caches",
      id: "minicache",
      text: "minicache-b: 1.14 times fewer bytes kept; perplexity +20 %.",
    },
  ]);
});

test("a policy is told by its answers with a quarter of the keys", () => {
  const row = {model: "decoder-small", frame: "masks", seed: "all", policy: "h2o", kind: "evicts"};
  const policies = [
    {...row, keepFraction: 0.25, retrieval: 0.5},
    {...row, keepFraction: 0.5, retrieval: 0.9},
    {...row, frame: "eviction", keepFraction: 0.25, retrieval: 0.1},
  ];
  expect(techniqueCosts([], {...none, policies})).toEqual([
    {registry: "policies", id: "h2o", text: "Keeps a quarter of the keys; 50 % of the answers right."},
  ]);
});

test("a method is told by the perplexity of int4 weights, a scan quantizer by its divergence in W8A8", () => {
  const method = {
    model: "decoder-small",
    seed: "all",
    activations: "float32",
    kv: "float32",
    format: "int4",
    method: "gptq",
    bitsPerWeight: 4.25,
    perplexity: 11,
    difference: 1,
  };
  const scan = {model: "mamba2-small", seed: "all", klMean: 0.005};
  const scans = [
    {...scan, method: "float16", bits: "float16", bytes: 200},
    {...scan, method: "quamba", bits: "w8a8", bytes: 100},
    {...scan, method: "quamba", bits: "w4a8", bytes: 60},
  ];
  expect(techniqueCosts([], {...none, methods: [method], scans}).map(({text}) => text)).toEqual([
    "int4 weights, 4.25 bits; perplexity +10 %.",
    "W8A8, 2 times fewer bytes than float16; KL divergence 0.005 nats.",
  ]);
});

test("a pruning method is told by half of the weights, a structured one by a fifth of heads and channels", () => {
  const row = {model: "decoder-small", calibrationSeed: 0, perplexity: 11, difference: 1};
  const pruning = [
    {...row, method: "wanda", pattern: "0.5"},
    {...row, method: "wanda", pattern: "2:4"},
    {...row, method: "wanda", pattern: "0.5", calibrationSeed: 1},
    {...row, method: "magnitude", pattern: "0.5", calibrationSeed: null},
  ];
  const structured = [
    {...row, method: "flap", ratio: 0.2},
    {...row, method: "flap", ratio: 0.3},
  ];
  expect(techniqueCosts([], {...none, pruning, structured})).toEqual([
    {registry: "pruning methods", id: "wanda", text: "Half of the weights go; perplexity +10 %."},
    {registry: "pruning methods", id: "magnitude", text: "Half of the weights go; perplexity +10 %."},
    {
      registry: "structured pruning",
      id: "flap",
      text: "A fifth of heads and channels goes; perplexity +10 %.",
    },
  ]);
});

test("a way to draft is told by the tokens of a pass and by whether the text is the same", () => {
  const draft = (same: number, temperature = 0) => ({
    method: "subspec",
    temperature,
    mix: "tasks",
    tokensPerPass: 8.123,
    draftPassesPerToken: 1.25,
    same,
    documents: 24,
  });
  const textOf = (same: number) =>
    techniqueCosts([], {...none, drafts: [draft(same), draft(1, 1)]}).map(({text}) => text);
  expect(textOf(24)).toEqual([
    "8.12 tokens for each pass of the model, 1.25 passes of the draft for each; the same text.",
  ]);
  expect(textOf(23)[0]).toContain("the same text for 23 of 24 documents");
});

test("an accelerator is told by what its cost model gains as it opens, and one without rows by nothing", () => {
  const setting = 0;
  const row = (side: number, what: string, tokensPerSecond: number) => ({
    setting,
    kind: "decode",
    side,
    what,
    tokensPerSecond,
  });
  const told = techniqueCosts([], {
    ...none,
    systolic: [
      {setting, rows: 1, side: 32, utilization: 3},
      {setting, rows: 64, side: 32, utilization: 90},
      {setting: 1, rows: 1, side: 8, utilization: 12},
    ],
    hsa: [row(8, "hybrid", 10), row(64, "hybrid", 40), row(64, "systolic", 10)],
  });
  expect(told).toEqual([
    {
      registry: "accelerators",
      id: "systolic-array",
      text: "One token keeps 3 % of 32 x 32 elements busy (modelled).",
    },
    {
      registry: "accelerators",
      id: "edge-accelerator",
      text: "Decodes 4 times as fast as 64 x 64 elements without these links (modelled).",
    },
  ]);
});
