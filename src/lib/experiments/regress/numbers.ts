import {experiment} from "../../experiment/experiment.js";
import {NUMBER_SCHEMES} from "../../regress/numbers/registry.js";
import type {Target} from "../../regress/numbers/tokenizer.js";
import {withSpecialValues} from "../../regress/numbers/wrappers.js";

const NAMES: Readonly<Record<string, Target>> = {
  invalid: null,
  none: null,
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  "-infinity": Number.NEGATIVE_INFINITY,
};

/**
 * Numbers that stand in a text between commas or spaces, with `INVALID`, `NaN` and `Infinity` by name.
 * @throws RangeError naming the first that is none.
 */
export function readTargets(text: string): {readonly typed: string; readonly target: Target}[] {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== "");
  if (parts.length === 0)
    throw new RangeError("readTargets: numbers must hold at least one number, got none");
  return parts.map((typed) => {
    const name = typed.toLowerCase();
    const target = Object.hasOwn(NAMES, name) ? NAMES[name] : Number(typed);
    if (Number.isNaN(target) && name !== "nan")
      throw new RangeError(`readTargets: a number must be like 72.5, 1e-9, NaN or INVALID, got ${typed}`);
    return {typed, target};
  });
}

/** A target as it is printed: null is `INVALID`. */
const shown = (target: Target): string => (target === null ? "INVALID" : String(target));

/** Part of a number that its tokens lose; null where either is no finite number, or the number is zero. */
function lossOf(target: Target, decoded: Target): number | null {
  if (target === null || decoded === null || target === 0) return null;
  const loss = Math.abs(decoded - target) / Math.abs(target);
  return Number.isFinite(loss) ? loss : null;
}

/** Numbers in every scheme: their tokens, the number that comes back, and the part that is lost. */
export const numbers = experiment({
  id: "regress/numbers",
  title: "Numbers as tokens",
  question: "How does a language model write a number, and what is lost?",
  source: "RegressLM, arXiv:2506.21718; its tokenizers",
  params: {
    numbers: {
      kind: "text",
      label: "Numbers",
      help: "Between commas; INVALID, NaN and Infinity count too.",
      maxLength: 200,
      default: "72.5, 0.0123456, 1234567, -3.14159, 1e-12, 5e40, 0.3, INVALID",
    },
    digits: {
      kind: "integer",
      label: "Digits",
      help: "More digits lose less, and take as many tokens more.",
      min: 1,
      max: 10,
      default: 4,
    },
  },
  columns: {
    scheme: {type: "string", label: "Scheme"},
    digits: {type: "integer", label: "Digits"},
    number: {type: "string", label: "Number"},
    tokens: {type: "strings", label: "Tokens", nullable: true},
    decoded: {type: "string", label: "Number that comes back", nullable: true},
    loss: {
      type: "number",
      label: "Part of the number that is lost",
      provenance: "measured",
      nullable: true,
    },
    note: {type: "string", label: "Why it has no tokens", nullable: true},
  },
  needs: [],
  sweep: [2, 3, 4, 6].map((digits) => ({digits})),
  run({numbers: text, digits}) {
    return NUMBER_SCHEMES.flatMap(({id, make}) => {
      const tokenizer = withSpecialValues(make({digits}));
      return readTargets(text).map(({typed, target}) => {
        const row = {scheme: id, digits, number: typed, provenance: "measured" as const};
        try {
          const tokens = tokenizer.encode(target);
          const decoded = tokenizer.decode(tokens);
          return {...row, tokens, decoded: shown(decoded), loss: lossOf(target, decoded), note: null};
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          return {...row, tokens: null, decoded: null, loss: null, note: "holds numbers from 0 to 1 only"};
        }
      });
    });
  },
});
