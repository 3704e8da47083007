import type {Precision} from "../../engine/scan/precision.js";
import type {ScanOutput} from "../../engine/scan/scan-input.js";
import {experiment} from "../../experiment/experiment.js";
import {type Form, formsOf, TECHNIQUES} from "./forms.js";

/** Half-lives from a state that forgets at once to one that keeps everything. */
const HALF_LIVES = [1e-6, 0.02, 1, 64, 1e9] as const;

/** One scan in all its forms: whether they agree, and what each takes. */
export const scanForms = experiment({
  id: "ssm/scan-forms",
  title: "One scan, many forms",
  question: "Do all forms of a scan give the same numbers, and what does each take?",
  source:
    "selective scan: arXiv:2312.00752; SSD: arXiv:2405.21060, section 6; gated linear attention: arXiv:2312.06635, section 4",
  params: {
    technique: {
      kind: "choice",
      label: "Scan",
      options: TECHNIQUES,
      names: {"selective-scan": "selective scan", ssd: "SSD", gla: "gated linear attention"},
      default: "gla",
    },
    halfLife: {
      kind: "number",
      label: "Half-life of the state",
      unit: "tokens",
      help: "After so many tokens about half of the state is gone.",
      min: 1e-6,
      max: 1e9,
      log: true,
      default: 1,
    },
    tokens: {
      kind: "integer",
      label: "Tokens",
      min: 1,
      max: 1024,
      log: true,
      default: 256,
      advanced: true,
    },
    subChunkSize: {
      kind: "integer",
      label: "Tokens of a sub-chunk",
      help: "Of gated linear attention: pairs inside are computed with a decay for each.",
      min: 1,
      max: 256,
      log: true,
      default: 16,
      advanced: true,
    },
    seed: {kind: "integer", label: "Seed of the inputs", min: 0, max: 999, default: 1, advanced: true},
  },
  columns: {
    technique: {type: "string", label: "Scan"},
    form: {type: "string", label: "Form"},
    precision: {type: "string", label: "Numbers kept in"},
    chunkSize: {type: "integer", label: "Tokens of a chunk", nullable: true},
    difference: {
      type: "number",
      label: "Greatest difference from the recurrence in float64, over the largest number",
      provenance: "measured",
      nullable: true,
    },
    broken: {
      type: "integer",
      label: "Numbers that came out as infinite or none",
      provenance: "measured",
    },
    operations: {
      type: "number",
      label: "Multiplications and additions",
      provenance: "modelled",
      nullable: true,
    },
    exponentials: {type: "number", label: "Exponentials", provenance: "modelled", nullable: true},
    steps: {
      type: "integer",
      label: "States that wait for one another",
      provenance: "modelled",
      nullable: true,
    },
    workingBytes: {
      type: "number",
      label: "Held at once, everything in parallel",
      unit: "B",
      provenance: "modelled",
      nullable: true,
    },
  },
  needs: [],
  sweep: TECHNIQUES.flatMap((technique) => HALF_LIVES.map((halfLife) => ({technique, halfLife}))),
  async run({technique, ...drawn}, {progress}) {
    const forms = await formsOf(technique, drawn);
    const expected = forms[0].run("float64", drawn.tokens);
    const rows = [];
    for (const [n, form] of forms.entries()) {
      await progress(n / forms.length, form.form);
      for (const precision of form.precisions) {
        for (const chunkSize of form.chunks ? chunkSizes(drawn.tokens) : [null]) {
          rows.push({technique, ...rowOf(form, precision, chunkSize, drawn.tokens, expected)});
        }
      }
    }
    return rows;
  },
});

/** Powers of two below the length, and the length. */
function chunkSizes(tokens: number): number[] {
  const sizes = [];
  for (let size = 1; size < tokens; size *= 2) sizes.push(size);
  return [...sizes, tokens];
}

function rowOf(
  form: Form,
  precision: Precision,
  chunkSize: number | null,
  tokens: number,
  expected: ScanOutput,
) {
  const cost = form.cost(chunkSize ?? tokens);
  return {
    form: form.form,
    precision,
    chunkSize,
    ...comparison(form.run(precision, chunkSize ?? tokens), expected),
    operations: cost?.operations ?? null,
    exponentials: cost?.exponentials ?? null,
    steps: cost?.steps ?? null,
    workingBytes: cost && cost.numbers * (precision === "float32" ? 4 : 8),
    provenance: "measured" as const,
  };
}

/** Distances of outputs and last state from their exact values; none if one of their numbers is NaN. */
function comparison(actual: ScanOutput, expected: ScanOutput) {
  let [difference, broken] = [0, 0];
  for (const part of ["y", "state"] as const) {
    const largest = expected[part].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    actual[part].forEach((value, i) => {
      if (!Number.isFinite(value)) broken++;
      else difference = Math.max(difference, Math.abs(value - expected[part][i]) / largest);
    });
  }
  return {difference: broken > 0 ? null : difference, broken};
}
