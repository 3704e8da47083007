import {html} from "htl";
import {xkvRatio} from "../../../lib/kv/xkv/xkv-bytes.js";
import {provenanceMark} from "../../plots/chart/legend.js";

/** The length at which xKV's authors count every ratio. */
const TOKENS = 65_536;
/** Components for each layer of keys and values, and what the figures print for groups of 1 and of 4 layers. */
const PRINTED = [
  [320, 480, "2.52", "2.41"],
  [256, 384, "3.15", "3.01"],
  [160, 240, "5.04", "4.82"],
  [128, 192, "6.30", "6.02"],
  [96, 144, "8.40", "8.03"],
] as const;
/** Components of four layers' latents, and the printed ratio. */
const PRINTED_LATENT = [
  [1024, "1.76"],
  [768, "2.20"],
  [640, "2.51"],
  [512, "2.94"],
  [384, "3.53"],
] as const;

/** Printed ratios of xKV beside what its accounting gives for the sizes of the models. */
export function printedRatios(): HTMLElement {
  const sizes = {widths: new Array<number>(32).fill(1024)};
  const ratio = (groupSize: number, k: number, v: number) =>
    xkvRatio(sizes, TOKENS, {groupSize, rankK: groupSize * k, rankV: groupSize * v}).toFixed(2);
  const latents = {widths: new Array<number>(28).fill(0), latent: {latentDim: 512, ropeDim: 64}};
  const latent = (rankK: number) => xkvRatio(latents, TOKENS, {groupSize: 4, rankK, rankV: 0}).toFixed(2);
  const heads = html`<tr><th scope="col">components for each layer</th><th scope="col">${provenanceMark("reported")} single layers</th><th scope="col">${provenanceMark("modelled")} here</th><th scope="col">${provenanceMark("reported")} xKV-4</th><th scope="col">${provenanceMark("modelled")} here</th></tr>`;
  return html`<div>
    <div class="table-scroll" tabindex="0" role="group" aria-label="xKV on Llama 3.1 8B"><table class="changes"><caption>Llama 3.1 8B, 32 layers of 1024 channels</caption><thead>${heads}</thead>
      <tbody>${PRINTED.map(([k, v, alone, four]) => html`<tr><td>${k}, ${v}</td><td>${alone}</td><td>${ratio(1, k, v)}</td><td>${four}</td><td>${ratio(4, k, v)}</td></tr>`)}</tbody></table></div>
    <div class="table-scroll" tabindex="0" role="group" aria-label="xKV on latents"><table class="changes"><caption>Latents of 512 and a rotated key of 64, groups of four</caption>
      <thead><tr><th scope="col">components of a group</th><th scope="col">${provenanceMark("reported")} xKV-4</th><th scope="col">${provenanceMark("modelled")} here</th></tr></thead>
      <tbody>${PRINTED_LATENT.map(([rank, printed]) => html`<tr><td>${rank}</td><td>${printed}</td><td>${latent(rank)}</td></tr>`)}</tbody></table></div>
  </div>`;
}
