import {html, svg} from "htl";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {CHANNELS, type MeanChannel, meanChannelOutputs, meanChannelText, TOKENS} from "./mean-channel.js";

const [WIDTH, HEIGHT, MARGIN] = [560, 180, 12];

/** Three channels' outputs, their mean, and what one scan of the mean channel gives, token by token. */
export function meanChannelView(values: MeanChannel): HTMLElement {
  const {each, mean, ofMeans} = meanChannelOutputs(values);
  const outputs = [0, ...each, ...mean, ...ofMeans];
  const [low, high] = [smallest(outputs), largest(outputs)];
  const down = (value: number) => MARGIN + ((high - value) / (high - low)) * (HEIGHT - 2 * MARGIN);
  const line = (y: ArrayLike<number>, name: string) => svg`<path class=${name} d=${pathOf(y, down)} />`;
  const channels = Array.from({length: CHANNELS}, (_, d) => each.filter((_, i) => i % CHANNELS === d));
  const drawing = html`<div class="mean-channel">
    <p class="step-name">↑ output, from ${numberText(low, 2)} to ${numberText(high, 2)}, the level line is 0; tokens 1 to ${TOKENS} →</p>
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label="Outputs of three channels, their mean, and the output of the mean channel">
      <line class="zero" x1="0" x2=${WIDTH} y1=${down(0)} y2=${down(0)} />
      ${channels.map((y) => line(y, "channel"))}
      ${line(mean, "mean")}
      ${line(ofMeans, "of-means")}
    </svg>
    <p class="key"><span class="channel">outputs of three channels</span> <span class="mean">their mean</span> <span class="of-means">one scan of the mean channel</span></p>
  </div>`;
  return captioned(
    "Is the output of the mean channel the mean of the outputs?",
    meanChannelText(values),
    drawing,
  );
}

/** A line over the tokens from left to right; `down` gives the place of a value. */
function pathOf(y: ArrayLike<number>, down: (value: number) => number): string {
  const points = Array.from(y, (value, t) => {
    const across = MARGIN + (t * (WIDTH - 2 * MARGIN)) / (TOKENS - 1);
    return `${across.toFixed(1)},${down(value).toFixed(1)}`;
  });
  return `M${points.join("L")}`;
}
