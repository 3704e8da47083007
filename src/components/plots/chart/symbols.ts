import type {Provenance} from "../../../lib/experiment/provenance.js";

/** Shapes of marks, in the order of shades: those of one family are told apart without colour too. */
const SHAPES = [
  {plotly: "circle", path: "M5,0A5,5,0,1,1,-5,0A5,5,0,1,1,5,0Z"},
  {plotly: "square", path: "M-4.5,-4.5H4.5V4.5H-4.5Z"},
  {plotly: "diamond", path: "M0,-6.2L6.2,0L0,6.2L-6.2,0Z"},
  {plotly: "triangle-up", path: "M0,-6L5.6,4.2H-5.6Z"},
  {plotly: "triangle-down", path: "M0,6L5.6,-4.2H-5.6Z"},
  {plotly: "pentagon", path: "M0,-5.8L5.5,-1.8L3.4,4.7H-3.4L-5.5,-1.8Z"},
  {plotly: "star-square", path: "M-5.6,-5.6L0,-3L5.6,-5.6L3,0L5.6,5.6L0,3L-5.6,5.6L-3,0Z"},
  {plotly: "star-triangle-up", path: "M0,-7L2.1,1.2L6.1,3.5L0,2.4L-6.1,3.5L-2.1,1.2Z"},
] as const;

const CROSS = "M-4.5,-4.5L4.5,4.5M-4.5,4.5L4.5,-4.5";

const shapeOf = (shade: number) => SHAPES[shade % SHAPES.length]!;

/** The path of a mark: reported a cross, else the shape of its shade, which the style sheet fills where measured. */
export function markPath(provenance: Provenance, shade = 0): string {
  return provenance === "reported" ? CROSS : shapeOf(shade).path;
}

/** Plotly's name of the same mark: modelled hollow. */
export function plotlySymbol(provenance: Provenance, shade = 0): string {
  if (provenance === "reported") return "x-thin";
  const {plotly} = shapeOf(shade);
  return provenance === "modelled" ? `${plotly}-open` : plotly;
}
