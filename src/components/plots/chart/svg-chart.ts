import {elementOf} from "../../kit/text/markup-element.js";
import type {MarkPlace} from "../places/mark-places.js";
import {drawChart} from "./chart-markup.js";
import type {ChartSpec} from "./chart-spec.js";

/** A chart drawn as SVG, and its marks in the order of their elements. */
export interface SvgChart {
  readonly element: SVGElement;
  readonly marks: readonly MarkPlace[];
}

/** Draws a chart as SVG of a size in pixels. Colours come from the style sheet; each mark can hold the focus. */
export function svgChart(spec: ChartSpec, width: number, height: number): SvgChart {
  const {drawing, marks} = drawChart(spec, width, height);
  const element = elementOf<SVGElement>(drawing);
  element.querySelector("[data-key]")?.setAttribute("tabindex", "0");
  return {element, marks};
}
