import type {publishedTime} from "../../../lib/experiments/diffusion/published-time.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";

type TimeRow = RowOf<typeof publishedTime>;

const WAYS = ["plain", "freecache", "guided", "both", "decoder", "guide alone"];

/** Modelled time against the length of the prompt, a line for each way. */
export const publishedTimeFigure = linesFigure<typeof publishedTime>({
  experiment: "diffusion/published-time",
  question: "How long does a model of seven or eight billion parameters take?",
  key: ({way, prompt}) => `${way} after ${prompt}`,
  label: ({label, prompt}) => `${label}, prompt of ${prompt}`,
  series: ({way, label}) => ({
    name: label,
    family: way === "decoder" || way === "guide alone" ? "baseline" : "decoding",
    shade: way === "decoder" ? 0 : way === "guide alone" ? 1 : WAYS.indexOf(way),
  }),
  x: {column: "prompt", label: "prompt", unit: "tokens", log: true},
  y: {column: "seconds", provenance: "modelled", label: "time", unit: "s", log: true},
  finding: ({rows}, params) => timeFinding(rows, params.prompt),
});

function timeFinding(rows: readonly TimeRow[], prompt: number): string {
  const of = (way: string) => rows.find((row) => row.way === way && row.prompt === prompt);
  const [plain, reused, both, decoder] = ["plain", "freecache", "both", "decoder"].map(of);
  if (!plain || !reused || !both || !decoder) return "Times follow from a formula of one pass.";
  const faster = (row: TimeRow) => `${numberText(row.speedup, 2)} times faster`;
  return `After a prompt of ${prompt} tokens, reuse alone is ${faster(reused)} than a token a pass, with a guide ${faster(both)}; the decoder of that size with its cache is ${faster(decoder)}.`;
}
