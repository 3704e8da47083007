import {html} from "htl";
import {CIRCUIT_PRICES, unitArea} from "../../../lib/accel/circuit.js";
import {MAC_ENERGY, OPERATION_ENERGY} from "../../../lib/accel/energy.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {shareBars} from "../../plots/share-bars.js";

/** A product with its sum: picojoules, and square micrometres of its multiplier and its adder. */
export interface ProductCost {
  readonly name: string;
  readonly energy: number;
  readonly area: number;
}

const areaOf = (...units: Parameters<typeof unitArea>[0][]): number =>
  units.reduce((sum, unit) => sum + unitArea(unit, CIRCUIT_PRICES), 0);

/** Products of halves and of integers, summed in 32 bits. */
export function productCosts(): ProductCost[] {
  const wide = {kind: "add", bits: 32} as const;
  return [
    {
      name: "FP16, float32 sum",
      energy: MAC_ENERGY.fp16.value,
      area: areaOf({kind: "fp16Multiply"}, {kind: "fp32Add"}),
    },
    {
      name: "INT8, 32-bit sum",
      energy: OPERATION_ENERGY.int8Multiply.value + OPERATION_ENERGY.int32Add.value,
      area: areaOf({kind: "multiply", bits: [8, 8]}, wide),
    },
    {
      name: "INT4, 32-bit sum",
      energy: MAC_ENERGY.int4.value,
      area: areaOf({kind: "multiply", bits: [4, 4]}, wide),
    },
  ];
}

/** Costs of eight and four bits beside those of halves, in a sentence. */
export function bitCostsFinding(costs: readonly ProductCost[]): string {
  const [half, ...integers] = costs;
  const texts = integers.map(
    ({name, energy, area}) =>
      `${name.split(",")[0]} takes ${numberText(half.energy / energy, 2)} times less energy and ${numberText(half.area / area, 2)} times less area`,
  );
  return `Beside a product of halves, one of ${texts.join("; ")}. Of the energy in four bits the sum takes ${numberText(100 * (OPERATION_ENERGY.int32Add.value / MAC_ENERGY.int4.value), 2)} %, for it stays as wide.`;
}

/** Energy and area of one product with its sum, by the kind of number; modelled from printed values of a 45 nm process. */
export function bitCosts(): HTMLElement {
  const costs = productCosts();
  const energy = costs.map(({name, energy}) => ({name, value: energy, text: `${numberText(energy, 3)} pJ`}));
  const area = costs.map(({name, area}) => ({name, value: area, text: `${numberText(area, 3)} µm²`}));
  return captioned(
    "What does a product with its sum cost, by the kind of number?",
    bitCostsFinding(costs),
    html`<div><p class="muted">Energy, modelled</p>${shareBars(energy)}<p class="muted">Area, modelled</p>${shareBars(area)}</div>`,
  );
}
