import {html} from "htl";
import {type NormalType, oliveGrid, victimCode} from "../../../lib/formats/olive/olive-grid.js";
import {readPairs, writePairs} from "../../../lib/formats/olive/olive-pairs.js";
import {captioned} from "../../kit/text/captioned.js";
import {exactText} from "../../kit/text/number-text.js";

/** Controls of a pair by hand. */
export const victimPairParams = {
  left: {kind: "number", label: "Left value", min: -500, max: 500, step: 0.5, default: 100},
  right: {kind: "number", label: "Right value", min: -500, max: 500, step: 0.5, default: 5},
  normal: {
    kind: "choice",
    label: "Normal values",
    help: "Steps of 4 from −28 to 28, or flint, whose steps grow with the magnitude. What is nearer to 48 is an outlier.",
    options: ["int", "flint"],
    default: "int",
  },
} as const;

interface PairState {
  readonly left: number;
  readonly right: number;
  readonly normal: NormalType;
}

const BITS = 4;
const RUN = {start: 0, count: 2} as const;

/** The codes of a pair at scale 1, and the values that they stand for. */
export function codedPair({left, right, normal}: PairState) {
  const grid = oliveGrid(BITS, normal);
  const codes = new Uint8Array(2);
  const values = new Float32Array(2);
  writePairs(grid, Float32Array.of(left, right), RUN, 1, codes);
  readPairs(grid, codes, RUN, values);
  const victim = codes.indexOf(victimCode(BITS));
  const roles = [0, 1].map((i) => (victim < 0 ? "normal" : victim === i ? "victim" : "outlier"));
  return {codes, values, roles};
}

/** The pair and its fate in a sentence. */
export function victimPairFinding(state: PairState): string {
  const {values, roles} = codedPair(state);
  const [left, right] = Array.from(values, (value) => exactText(value + 0));
  if (!roles.includes("victim"))
    return `Neither value is an outlier: the pair becomes ${left} and ${right}, two plain codes.`;
  const side = roles[0] === "victim" ? "left" : "right";
  const both = [state.left, state.right].every((value) => Math.abs(value) > 38);
  return `The ${side} value is the victim: the pair becomes ${left} and ${right}, and code 1000 marks the other code as an outlier.${both ? " Both were outliers; the left one stays." : ""}`;
}

/** The two cells of a pair: value, code, role, and what comes back. */
export function victimPairDrawing(state: PairState): HTMLElement {
  const {codes, values, roles} = codedPair(state);
  const cells = [state.left, state.right].map(
    (x, i) => html`<li class=${roles[i] === "normal" ? "cell" : "cell cell-special"} style="--error: 0%">
    <span class="cell-index">${i === 0 ? "left" : "right"}</span>
    <span class="cell-x">${exactText(x)}</span>
    <code>${codes[i].toString(2).padStart(BITS, "0")}</code>
    <span class="cell-element">${roles[i]}</span>
    <span class="cell-decoded">${exactText(values[i] + 0)}</span>
  </li>`,
  );
  const drawn = html`<ol class="cells" style="--colour: var(--family-int); max-width: 20rem; grid-template-columns: repeat(2, minmax(0, 1fr))">${cells}</ol>`;
  return captioned("Who is the victim?", victimPairFinding(state), drawn);
}
