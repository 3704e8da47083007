/**
 * Perplexities that papers printed for number formats: reported, never computed here. Lower is better;
 * a pair is WikiText-2 and C4.
 */

/** One printed pair of perplexities. */
export interface ReportedPerplexity {
  readonly paper: string;
  readonly place: string;
  readonly model: string;
  readonly method: string;
  readonly weightBits: number;
  readonly activationBits: number;
  readonly wikitext2: number;
  readonly c4: number;
}

/** A printed table: a line a method, a pair a model; numbers copied as text so that they can be held against the print. */
interface PrintedTable {
  readonly paper: string;
  readonly place: string;
  readonly models: readonly string[];
  /** `weightBits-activationBits method: pairs`, in the order of `models`. */
  readonly lines: readonly string[];
}

const razerV2: PrintedTable = {
  paper: "arXiv:2501.04052v2",
  place: "Table 3",
  models: [
    "Llama-2-7B",
    "Llama-2-13B",
    "Llama-3.1-8B",
    "Llama-3.2-3B",
    "Qwen3-4B",
    "Qwen3-8B",
    "Qwen3-14B",
    "Qwen3-32B",
  ],
  lines: [
    "16-16 FP16: 5.47/6.97 4.88/6.47 6.24/8.96 7.82/10.44 13.66/16.65 9.73/13.30 8.65/12.02 7.61/10.78",
    "4-16 MXFP4: 5.91/7.40 5.17/6.71 7.04/10.05 8.65/11.59 15.01/18.10 10.53/14.22 9.39/12.70 7.93/11.23",
    "4-16 NVFP4: 5.63/7.15 4.98/6.56 6.63/9.48 8.24/11.10 13.83/16.85 9.92/13.55 8.80/12.23 7.87/10.98",
    "4-16 GPTQ: 5.64/7.13 4.97/6.56 6.59/9.48 8.29/11.27 13.96/16.94 10.20/13.68 8.76/12.21 7.75/10.95",
    "4-16 AWQ: 5.60/7.11 4.97/6.55 6.62/9.45 8.23/11.04 14.57/17.59 9.96/13.60 8.87/12.30 7.78/10.97",
    "4-16 SqueezeLLM: 5.61/7.11 4.99/6.56 6.64/9.49 8.24/11.05 14.16/17.27 10.07/13.71 8.98/12.34 7.83/11.02",
    "4-16 4over6: 5.61/7.14 4.97/6.55 6.60/9.42 8.21/11.05 13.83/16.85 9.89/13.54 8.72/12.19 7.80/11.04",
    "4-16 RaZeR: 5.57/7.09 4.95/6.53 6.50/9.29 8.10/10.86 13.83/16.85 9.75/13.46 8.77/12.14 7.74/10.89",
    "4-4 MXFP4: 7.01/8.67 5.83/7.49 8.29/11.65 10.18/13.49 17.46/20.24 11.84/15.77 10.20/13.62 8.49/11.87",
    "4-4 NVFP4: 5.77/7.29 5.07/6.66 6.95/9.94 8.60/11.65 13.88/17.21 10.05/13.75 8.92/12.38 7.99/11.14",
    "4-4 NF4: 5.83/7.37 5.14/6.70 7.14/10.21 8.87/11.93 14.99/18.07 10.20/14.06 9.16/12.63 8.23/11.62",
    "4-4 BlockDialect: 5.76/7.27 5.08/6.65 6.89/9.87 8.60/11.57 14.48/17.52 10.34/13.99 9.13/12.46 7.92/11.12",
    "4-4 MR-GPTQ: 5.74/7.25 5.07/6.65 6.89/9.92 8.64/12.18 14.11/17.27 10.26/13.85 8.95/12.38 7.87/11.09",
    "4-4 4over6: 5.72/7.25 5.06/6.63 6.88/9.83 8.53/11.53 13.88/17.21 10.00/13.73 8.83/12.33 7.91/11.14",
    "4-4 RaZeR: 5.66/7.19 5.01/6.59 6.74/9.63 8.37/11.27 13.82/17.11 9.83/13.60 8.86/12.26 7.84/11.02",
  ],
};

const razerBlog: PrintedTable = {
  paper: "RaZeR project blog, 2025-08",
  place: "weight-only, instruct models",
  models: ["Llama-3.1-8B", "Llama-3.2-3B", "Qwen2.5-3B", "Qwen2.5-7B", "Qwen2.5-14B"],
  lines: [
    "16-16 FP16: 7.21/10.38 11.05/14.48 8.56/12.03 7.46/10.88 5.69/9.38",
    "4-16 FP4 g128: 7.71/11.15 11.98/15.53 9.27/12.91 7.79/11.31 6.17/9.72",
    "4-16 FP4-RaZeR g128: 7.60/10.97 11.94/15.40 9.11/12.71 7.79/11.20 6.14/9.68",
    "4-16 MXFP4: 8.14/11.60 12.31/16.01 9.44/13.09 8.48/11.97 6.41/9.89",
    "4-16 MXFP4-RaZeR: 7.68/11.01 11.76/15.31 9.14/12.80 7.77/11.25 6.22/9.70",
    "4-16 NVFP4: 7.56/10.93 11.73/15.15 9.12/12.60 7.73/11.13 6.05/9.63",
    "4-16 NVFP4-RaZeR: 7.42/10.71 11.41/14.89 8.95/12.45 7.67/11.05 5.95/9.56",
  ],
};

const bitmod: PrintedTable = {
  paper: "BitMoD (HPCA 2025), repository",
  place: "README, group 128",
  models: ["Llama-2-7B", "Llama-2-13B", "Llama-3-8B"],
  lines: [
    "16-16 FP16: 5.47/6.97 4.88/6.47 6.14/8.88",
    "4-16 BitMoD + AWQ: 5.59/7.09 4.96/6.55 6.50/9.32",
    "4-16 BitMoD + OmniQuant: 5.56/7.06 4.95/6.55 6.45/9.34",
    "3-16 BitMoD + AWQ: 6.07/7.64 5.27/6.88 7.79/11.07",
    "3-16 BitMoD + OmniQuant: 5.86/7.55 5.17/6.84 7.56/11.06",
  ],
};

function parseTable({paper, place, models, lines}: PrintedTable): ReportedPerplexity[] {
  return lines.flatMap((line) => {
    const [head, pairs] = line.split(": ");
    const [bits, method] = [head.slice(0, head.indexOf(" ")), head.slice(head.indexOf(" ") + 1)];
    const [weightBits, activationBits] = bits.split("-").map(Number);
    return pairs.split(" ").map((pair, i) => {
      const [wikitext2, c4] = pair.split("/").map(Number);
      return {paper, place, model: models[i], method, weightBits, activationBits, wikitext2, c4};
    });
  });
}

/** Table 3 of RaZeR v2 (KV cache in FP16). One printed average, BlockDialect's, does not follow from its row. */
export const razerV2Perplexities: readonly ReportedPerplexity[] = parseTable(razerV2);
/** The weight-only table of the RaZeR project's blog. */
export const razerBlogPerplexities: readonly ReportedPerplexity[] = parseTable(razerBlog);
/** BitMoD, where the special value comes from, with two calibration methods. */
export const bitmodPerplexities: readonly ReportedPerplexity[] = parseTable(bitmod);

/** The mean over all models and both corpora: what Table 3 of RaZeR v2 prints as "avg". NaN of no rows. */
export function averagePerplexity(rows: readonly ReportedPerplexity[]): number {
  return rows.reduce((sum, {wikitext2, c4}) => sum + wikitext2 + c4, 0) / (2 * rows.length);
}
