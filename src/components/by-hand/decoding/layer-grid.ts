import {html, svg} from "htl";
import {layerSchedules} from "../../../lib/decoding/skipping/registry.js";
import {layersOfTokens} from "../../../lib/decoding/skipping/skipped-reading.js";
import {mean} from "../../../lib/stats/moments.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

/** Tokens of the text that is drawn, and of its prompt. */
export const TOKENS = 24;
const PROMPT = 8;

/** Which tokens pass which layers by each rule: layers upwards, tokens to the right. */
export function layerGrid({
  layers,
  speedup,
  token,
}: {
  readonly layers: number;
  readonly speedup: number;
  /** The tokens that have passed so far. */
  readonly token: number;
}): HTMLElement {
  const grids = layerSchedules.all.map((schedule) => {
    const kept = layersOfTokens(layers, TOKENS, {schedule, speedup, prompt: PROMPT});
    const passed = mean(kept.slice(PROMPT).map((each) => each.length));
    return html`<div class="layer-schedule">
      <p class="block-facts"><strong>${schedule.label}</strong> <span class="muted">${numberText(passed, 3)} of ${layers} layers for a token after the prompt</span></p>
      ${grid(kept.slice(0, token), layers, schedule.label)}
    </div>`;
  });
  return captioned(
    "Which layers does each token pass?",
    "A column is a token of the text, a row a layer, the first at the bottom; the prompt ends at the line. A filled cell is a layer that a token passes. Where a row is empty, the layer holds no keys and values for later tokens to read.",
    html`<div class="layer-schedules">${grids}</div>`,
  );
}

/** The state in words. */
export function layerGridSays({
  layers,
  speedup,
}: {
  readonly layers: number;
  readonly speedup: number;
}): string {
  const means = layerSchedules.all.map((schedule) => {
    const kept = layersOfTokens(layers, TOKENS, {schedule, speedup, prompt: PROMPT}).slice(PROMPT);
    return `${schedule.label}: ${numberText(mean(kept.map((each) => each.length)), 3)} layers`;
  });
  return `${means.join("; ")}.`;
}

function grid(kept: readonly (readonly number[])[], layers: number, label: string): SVGElement {
  const cells = kept.flatMap((passed, token) =>
    Array.from({length: layers}, (_, layer) => {
      const kind = passed.includes(layer) ? "passed" : "left-out";
      return svg`<rect class=${kind} x=${token + 0.06} y=${layers - 1 - layer + 0.06} width="0.88" height="0.88" />`;
    }),
  );
  return svg`<svg class="layer-cells" viewBox=${`-0.1 -0.1 ${TOKENS + 0.2} ${layers + 0.2}`} role="img" aria-label=${`${label}: layers upwards, tokens to the right, the first ${PROMPT} of them the prompt`}>
    ${cells}<path class="prompt-end" d=${`M${PROMPT},0V${layers}`} /></svg>`;
}
