/** Source of a claim: its name for readers, and its address where it has one. */
export interface Printed {
  readonly name: string;
  /** The identifier as the claim gives it; the same as the name where a paper has no other. */
  readonly id: string;
  readonly href?: string;
}

/** Names of the papers that claims cite by number. */
const PAPER_NAMES: Readonly<Record<string, string>> = {
  "2103.13630": "Survey of quantization",
  "2105.14156": "SMASH",
  "2208.09708": "DenseShift",
  "2209.09004": "EcoFormer",
  "2208.07339": "LLM.int8()",
  "2211.17192": "Speculative decoding",
  "2301.00774": "SparseGPT",
  "2302.11405": "Cost model for MLIR",
  "2306.01841": "TBT",
  "2306.11695": "Wanda",
  "2306.14048": "H2O",
  "2304.07493": "OliVe",
  "2307.02628": "SkipDecode",
  "2308.05600": "NUPES",
  "2309.17453": "StreamingLLM",
  "2310.04064": "Kronecker attention",
  "2311.01282": "FlashDecoding++",
  "2312.08583": "ZeroQuant(4+2)",
  "2312.11983": "FLAP",
  "2312.06635": "Gated linear attention",
  "2401.10774": "Medusa",
  "2401.17544": "QFX",
  "2408.06995": "Low-bitwidth floats for diffusion",
  "2410.07348": "MoE++",
  "2507.08771": "BlockFFN",
  "2507.20984": "SmallThinker",
  "2507.11709": "Double Duty",
  "2402.02750": "KIVI",
  "2402.07443": "I/O complexity of attention",
  "2403.20137": "K-sort BFP",
  "2404.06954": "Unified layer skipping",
  "2404.14469": "SnapKV",
  "2405.04434": "DeepSeek-V2",
  "2405.10480": "LeanAttention",
  "2405.14366": "MiniCache",
  "2405.18628": "PPD",
  "2406.02528": "MatMul-free LM",
  "2406.10491": "FuseMax",
  "2406.10774": "Quest",
  "2407.00088": "T-MAC",
  "2408.06003": "LUT Tensor Core",
  "2408.08696": "Token Recycling",
  "2409.09708": "ELSA",
  "2409.10593": "CSKV",
  "2409.17870": "Bipolar integers",
  "2410.00907": "L-Mul",
  "2410.13229": "Quamba",
  "2411.15100": "XGrammar",
  "2411.16158": "MixPE",
  "2411.17685": "Attamba",
  "2412.07752": "FlashRNN",
  "2412.11053": "NITRO",
  "2412.16602": "VMeanba",
  "2501.04052": "RaZeR",
  "2502.03763": "SST slices",
  "2502.11167": "SURGE",
  "2502.12444": "SparAMX",
  "2502.02493": "EasySpec",
  "2503.06342": "Bit-weight TPE",
  "2503.07518": "TokenButler",
  "2503.18893": "xKV",
  "2503.22879": "Quamba2",
  "2504.11651": "DFloat11",
  "2504.12984": "Tilus",
  "2504.16379": "SplitReason",
  "2504.19874": "TurboQuant",
  "2505.14669": "Quartet",
  "2505.03745": "AccLLM",
  "2505.16679": "Semantic compression",
  "2505.20438": "HAMburger",
  "2505.21467": "FlashDLM",
  "2506.05333": "Kinetics",
  "2506.09501": "LayerCast",
  "2506.21718": "RegressLM",
  "2507.09010": "HSA",
  "2509.18344": "SubSpec",
  "2509.26476": "Regression models for code",
};

/** Gives the name and the address of what a claim cites: a paper on arXiv, a repository on GitHub, or neither. */
export function printedIn(paper: string): Printed {
  const [, number, version = ""] = /^arXiv:(\d{4}\.\d{5})(v\d+)?/.exec(paper) ?? [];
  if (number !== undefined) {
    const href = `https://arxiv.org/abs/${number}${version}`;
    return {name: PAPER_NAMES[number] ?? paper, id: paper, href};
  }
  const [, owner, repository] = /^([\w-]+)\/([\w.-]+)/.exec(paper) ?? [];
  if (repository === undefined) return {name: paper, id: paper};
  return {name: repository, id: paper, href: `https://github.com/${owner}/${repository}`};
}
