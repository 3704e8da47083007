/** What papers print of methods that draft, by the ids of the registry of decoding methods. */

/** Printed numbers of a method; null where its abstract, and what its authors publish beside it, has none. */
export interface ReportedDrafts {
  readonly method: string;
  /** Tokens that come of a pass of the model, its own among them. */
  readonly tokensPerPass: number | null;
  /** Times as fast as the plain decoding that the paper compares with. */
  readonly times: number;
  /** Model, hardware or comparison that they hold for. */
  readonly on: string;
  readonly source: string;
}

export const REPORTED_DRAFTS: readonly ReportedDrafts[] = [
  {
    method: "dynamic-tree",
    tokensPerPass: 3.9,
    times: 2.83,
    on: "EAGLE-2 on Qwen2.5 7B, its layers offloaded, as the authors of SubSpec ran it",
    source: "arXiv:2509.18344, figure 1, and the README of NYCU-EDgeAi/subspec",
  },
  {
    method: "easyspec",
    tokensPerPass: null,
    times: 4.17,
    on: "pairs of Llama 3 and Qwen 2 on eight devices, at most",
    source: "arXiv:2502.02493, abstract",
  },
  {
    method: "subspec",
    tokensPerPass: 28.35,
    times: 9.1,
    on: "Qwen2.5 7B, its layers offloaded, MT-Bench",
    source: "arXiv:2509.18344, abstract, and the README of NYCU-EDgeAi/subspec",
  },
  {
    method: "medusa",
    tokensPerPass: null,
    times: 2.2,
    on: "Vicuna, Medusa-1, at least",
    source: "arXiv:2401.10774, abstract",
  },
  {
    method: "ppd",
    tokensPerPass: null,
    times: 2.49,
    on: "MobileLLaMA to Vicuna 13B, at most",
    source: "arXiv:2405.18628, abstract",
  },
  {
    method: "token-recycling",
    tokensPerPass: null,
    times: 2,
    on: "models of 7 to 33 billion parameters, about",
    source: "arXiv:2408.08696, abstract",
  },
];
