import {CIRCUIT_PRICES, SMALL_BUFFER_ENERGY} from "../../accel/circuit.js";
import {BUILD_PLACES, buildTraffic, picojoulesPerProduct, shapesOf} from "../../accel/table-core/cost.js";
import {areaPerProduct, TILE_WAYS, type TileShape, type TileWay} from "../../accel/table-core/tile.js";
import {experiment} from "../../experiment/experiment.js";
import {smallest} from "../../stats/extent.js";

const PRODUCTS = [128, 256, 512, 1024, 2048, 4096] as const;
const INPUTS = [2, 4, 8] as const;
const BITS = [1, 2, 3, 4] as const;
/** Inputs of a sum where ways are compared: those of a table of 16 entries, or of half of it. */
const COMPARED_INPUTS = 4;
/** A layer whose cycles and traffic are told: tokens, results, inputs. */
const LAYER: TileShape = {rows: 512, columns: 4096, inputs: 4096};

interface Knobs {
  readonly prices: typeof CIRCUIT_PRICES;
  readonly bufferPicojoules: number;
}

const blank = {
  rows: null,
  columns: null,
  inputs: null,
  bits: null,
  area: null,
  energy: null,
  cycles: null,
  bytes: null,
  additions: null,
};

/** Area and energy for a product of a unit, and cycles of the layer on as many units as fit into a square millimetre. */
function unitCells(shape: TileShape, way: TileWay, bits: number, {prices, bufferPicojoules}: Knobs) {
  const unit = {...shape, way, weightBits: bits};
  const area = areaPerProduct(unit, prices);
  return {
    ...shape,
    bits,
    area,
    energy: picojoulesPerProduct(unit, {prices, bufferPicojoules}),
    cycles: (area * LAYER.rows * LAYER.columns * LAYER.inputs) / 1e6,
  };
}

/** The shape whose area times energy is least, of those with as many products. */
function bestShape(products: number, way: TileWay, bits: number, knobs: Knobs): TileShape {
  const shapes = shapesOf(products, COMPARED_INPUTS);
  const costs = shapes.map((shape) => {
    const {area, energy} = unitCells(shape, way, bits, knobs);
    return area * energy;
  });
  return shapes[costs.indexOf(smallest(costs))];
}

const size = (label: string) => ({type: "integer", label, nullable: true}) as const;

const modelled = (label: string) =>
  ({type: "number", label, provenance: "modelled", nullable: true}) as const;

/** Units that look products up: over the shape of a tile, over the bits of a weight, and by the place that builds tables. */
export const tableTiles = experiment({
  id: "accel/table-tiles",
  title: "Tiles of lookup tables",
  question: "How wide should a tile of tables be, and what do bits of a weight cost it?",
  source:
    "LUT Tensor Core, arXiv:2408.06003; energies of Horowitz, ISSCC 2014; areas printed beside them and of the Nangate 45 nm library",
  params: {
    products: {
      kind: "choice",
      label: "Products of a tile, M · N · K",
      options: PRODUCTS,
      default: 512,
    },
    stored: {
      kind: "choice",
      label: "Tables of the shapes",
      help: "Half a table mirrors the other half.",
      options: ["half table", "full table"],
      default: "half table",
    },
    bits: {kind: "integer", label: "Bits of a weight, where shapes are compared", min: 1, max: 8, default: 2},
    registerArea: {
      kind: "number",
      label: "Area of registers, of that of their cell",
      min: 0.25,
      max: 4,
      log: true,
      default: CIRCUIT_PRICES.registerArea,
      advanced: true,
    },
    multiplexerArea: {
      kind: "number",
      label: "Area of multiplexers, of that of their cells",
      min: 0.25,
      max: 4,
      log: true,
      default: CIRCUIT_PRICES.multiplexerArea,
      advanced: true,
    },
    cellEnergy: {
      kind: "number",
      label: "Energy of registers and multiplexers, of an adder's for their area",
      min: 0.25,
      max: 4,
      log: true,
      default: CIRCUIT_PRICES.cellEnergy,
      advanced: true,
    },
    bufferPicojoules: {
      kind: "number",
      label: "Energy of a byte from the buffer",
      unit: "pJ",
      min: 0.25,
      max: 25,
      log: true,
      default: SMALL_BUFFER_ENERGY.value,
      advanced: true,
    },
  },
  columns: {
    kind: {type: "string", label: "Kind"},
    way: {type: "string", label: "Way, or place of the tables"},
    rows: size("Rows of a tile, M"),
    columns: size("Columns of a tile, N"),
    inputs: size("Inputs of a sum, K"),
    bits: size("Bits of a weight"),
    area: {...modelled("Area for a product a cycle"), unit: "µm²"},
    energy: {...modelled("Energy"), unit: "pJ per product"},
    cycles: modelled("Cycles of a layer for 512 tokens on a square millimetre"),
    bytes: modelled("Bytes of inputs and tables of a layer"),
    additions: modelled("Additions that build the tables of a layer"),
  },
  needs: [],
  sweep: [{}, {stored: "full table"}, {products: 4096}, {bits: 4}],
  async run({products, stored, bits, registerArea, multiplexerArea, cellEnergy, bufferPicojoules}) {
    const knobs: Knobs = {
      prices: {...CIRCUIT_PRICES, registerArea, multiplexerArea, cellEnergy},
      bufferPicojoules,
    };
    const shapes = INPUTS.flatMap((inputs) => shapesOf(products, inputs)).map((shape) => ({
      ...blank,
      kind: "shape",
      way: stored,
      ...unitCells(shape, stored, bits, knobs),
      provenance: "modelled" as const,
    }));
    const widths = BITS.flatMap((each) =>
      TILE_WAYS.map((way) => ({
        ...blank,
        kind: "bits",
        way,
        ...unitCells(bestShape(products, way, each, knobs), way, each, knobs),
        provenance: "modelled" as const,
      })),
    );
    const {columns} = bestShape(products, "half table", bits, knobs);
    const places = BUILD_PLACES.map((place) => ({
      ...blank,
      kind: "building",
      way: place,
      columns,
      inputs: COMPARED_INPUTS,
      ...buildTraffic(place, LAYER, {columns, inputs: COMPARED_INPUTS}),
      provenance: "modelled" as const,
    }));
    return [...shapes, ...widths, ...places];
  },
});
