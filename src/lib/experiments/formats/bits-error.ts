import {experiment} from "../../experiment/experiment.js";
import {formats} from "../../formats/registry.js";
import {measure, type RoundTrip, roundTrip} from "../../quant/measure.js";
import {optionNames} from "../../technique/option-names.js";
import {elementCount} from "../../tensor/tensor.js";
import {firstFormats, formatColumns, measuredColumns} from "./columns.js";
import {DATA_NEEDS, SOURCES, seedParam, sourceParam, tensorsOf} from "./sources.js";

/** The name under which all tensors of a source stand together. */
export const ALL_TENSORS = "all";

const DEFAULT_FORMATS = firstFormats("bf16");

/** Bits per element against error: which format fits which values? */
export const bitsError = experiment({
  id: "formats/bits-error",
  title: "Bits against error",
  question: "Which format loses least at which size, on which values?",
  source: "number formats as their registry cites them",
  params: {
    distribution: sourceParam,
    formats: {
      kind: "choices",
      label: "Formats",
      options: Object.keys(formats),
      names: optionNames(Object.values(formats)),
      default: DEFAULT_FORMATS,
    },
    seed: seedParam,
  },
  columns: {
    distribution: {type: "string", label: "Values"},
    tensor: {type: "string", label: "Tensor"},
    elements: {type: "number", label: "Elements"},
    ...formatColumns,
    ...measuredColumns,
  },
  needs: DATA_NEEDS,
  sweep: SOURCES.map((distribution) => ({distribution})),
  async run({distribution, formats: ids, seed}, {data, progress}) {
    const tensors = [...tensorsOf(distribution, seed, data)];
    const rows = [];
    for (const [index, id] of ids.entries()) {
      await progress(index / ids.length, id);
      const format = formats[id];
      const trips = tensors.map(([name, x]) => ({name, trips: [roundTrip(format, x)]}));
      const all: RoundTrip[] = trips.flatMap((each) => each.trips);
      const groups = trips.length > 1 ? [...trips, {name: ALL_TENSORS, trips: all}] : trips;
      for (const {name, trips} of groups) {
        const {relativeMse: _, ...measured} = measure(trips);
        rows.push({
          distribution,
          tensor: name,
          elements: trips.reduce((sum, {x}) => sum + elementCount(x.shape), 0),
          format: id,
          family: format.family,
          convention: format.convention,
          ...measured,
          provenance: "measured" as const,
        });
      }
    }
    return rows;
  },
});
