import {html} from "htl";
import type {Row, TableRows} from "../../../lib/experiment/columns.js";
import type {onePicture} from "../../../lib/experiments/ssm/one-picture.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

type PictureRow = Row<(typeof onePicture)["columns"]>;
type ChannelRow = Row<(typeof onePicture)["tables"]["channels"]>;

/** Pictures with their classes before and after, and the channels of the first one in every layer. */
export function pictureView(
  rows: readonly PictureRow[],
  _params: unknown,
  tables: Partial<TableRows<(typeof onePicture)["columns"], (typeof onePicture)["tables"]>>,
): HTMLElement {
  return html`<div>${captioned("What does the model say of these pictures?", namesFinding(rows), pictureList(rows))}
    ${tables.channels ? channelMaps(tables.channels) : null}</div>`;
}

/** Pictures whose name changes, and how many are right. */
export function namesFinding(rows: readonly PictureRow[]): string {
  const right = (name: (row: PictureRow) => string) => rows.filter((row) => name(row) === row.shows).length;
  const changed = rows.filter(({before, after}) => before !== after).length;
  const names =
    changed === 1 ? "One name changes" : changed === 0 ? "No name changes" : `${changed} names change`;
  return `${names}: ${right(({before}) => before)} of ${rows.length} pictures are named rightly before, ${right(({after}) => after)} after.`;
}

function pictureList(rows: readonly PictureRow[]): HTMLElement {
  return html`<ul class="pictures">${rows.map(
    ({index, pixels, shows, before, after, chanceBefore, chanceAfter}) => html`<li>
      ${greyCanvas(pixels, Math.round(Math.sqrt(pixels.length)), `Picture ${index}: ${shows}`)}
      <strong>${shows}</strong>
      <span class=${before === shows ? "right" : "wrong"}>before: ${before}</span>
      <span class=${after === shows ? "right" : "wrong"}>after: ${after}</span>
      <span class="muted">${shows}: ${percent(chanceBefore)}, then ${percent(chanceAfter)}</span>
    </li>`,
  )}</ul>`;
}

/** A share in per cent, unbroken in narrow cells. */
const percent = (share: number): string => `${numberText(100 * share, 2)}\u00a0%`;

/** Grey values 0 to 255 as a picture. */
function greyCanvas(values: ArrayLike<number>, width: number, label: string): HTMLCanvasElement {
  return painted(values.length / width, width, label, (at, pixel) => {
    pixel.fill(values[at], 0, 3);
  });
}

/** A canvas whose pixels are set one by one; opaque. */
function painted(
  height: number,
  width: number,
  label: string,
  paint: (at: number, pixel: Uint8ClampedArray) => void,
): HTMLCanvasElement {
  const canvas =
    html`<canvas width=${width} height=${height} role="img" aria-label=${label}></canvas>` as HTMLCanvasElement;
  const context = canvas.getContext("2d");
  if (context === null) return canvas;
  const image = context.createImageData(width, height);
  for (let at = 0; at < width * height; at++) {
    image.data[4 * at + 3] = 255;
    paint(at, image.data.subarray(4 * at, 4 * at + 4));
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function channelMaps(layers: readonly ChannelRow[]): HTMLElement {
  const maps = html`<ul class="channel-maps">${layers.map(
    ({layer, isAveraged, width, values, variation}) => html`<li>
      <span>layer ${layer}${isAveraged ? ", averaged" : ""}</span>
      <span class="muted">${percent(variation)} between channels</span>
      ${channelMap(values, width, layer)}
    </li>`,
  )}</ul>`;
  return captioned("How do the channels differ in the first picture?", mapsFinding(layers), maps);
}

/** Columns are patches, rows are channels: blue below zero, orange above, white at zero. */
function channelMap(values: readonly number[], channels: number, layer: number): HTMLCanvasElement {
  const patches = values.length / channels;
  const most = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length) * 3;
  return painted(
    channels,
    patches,
    `Outputs of ${channels} channels at ${patches} patches in layer ${layer}`,
    (at, pixel) => {
      const value = values[(at % patches) * channels + Math.floor(at / patches)];
      const share = most === 0 ? 0 : Math.min(1, Math.abs(value) / most);
      const colour = value < 0 ? BELOW : ABOVE;
      pixel.set(colour.map((full) => 255 - share * (255 - full)));
    },
  );
}

/** Red, green and blue of the most negative and the most positive values. */
const [BELOW, ABOVE] = [
  [0, 90, 160],
  [190, 90, 0],
];

/** Range of the share of variance between channels over the layers. */
export function mapsFinding(layers: readonly Pick<ChannelRow, "layer" | "variation">[]): string {
  const sorted = layers.toSorted((a, b) => a.variation - b.variation);
  const [least, most] = [sorted[0], sorted[sorted.length - 1]];
  return `If all channels were alike every column would have one colour. Here ${percent(least.variation)} (layer ${least.layer}) to ${percent(most.variation)} (layer ${most.layer}) of the variance of the outputs lies between the channels of a patch.`;
}
