import {experiment} from "../../experiment/experiment.js";
import {formats} from "../../formats/registry.js";
import {measureFormat} from "../../quant/measure.js";
import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {formatIds, measuredColumns} from "./columns.js";

const DEFAULT_FORMATS = formatIds("mxfp4", "nvfp4", "razer", "int4");

/** A measure that does not exist, because a tensor is empty or holds what the format cannot, is null. */
const nullable = <T extends object>(column: T) => ({...column, nullable: true}) as const;

/** Every tensor of a file of the reader's own, in every format asked for. */
export const ownFile = experiment({
  id: "formats/own-file",
  title: "A tensor file of your own",
  question: "What would these formats do to the tensors of a file of yours?",
  source: "number formats as their registry cites them",
  params: {
    formats: {kind: "choices", label: "Formats", options: Object.keys(formats), default: DEFAULT_FORMATS},
  },
  columns: {
    tensor: {type: "string", label: "Tensor"},
    format: {type: "string", label: "Format"},
    elements: {type: "number", label: "Elements"},
    bitsPerElement: nullable(measuredColumns.bitsPerElement),
    mse: nullable(measuredColumns.mse),
    sqnrDb: nullable(measuredColumns.sqnrDb),
    cosine: nullable(measuredColumns.cosine),
    maxAbsError: nullable(measuredColumns.maxAbsError),
    convention: {type: "string", label: "Convention"},
    note: {type: "string", label: "Why there is no measure", nullable: true},
  },
  needs: ["file"],
  sweep: [],
  async run({formats: ids}, {data, progress}) {
    const tensors = [...data.get("file")];
    const rows = [];
    for (const [index, [name, x]] of tensors.entries()) {
      for (const [each, id] of ids.entries()) {
        await progress((index + each / ids.length) / tensors.length, `${name} in ${id}`);
        rows.push({
          tensor: name,
          format: id,
          elements: elementCount(x.shape),
          ...measureOrNote(id, x),
          convention: formats[id].convention,
          provenance: "measured" as const,
        });
      }
    }
    return rows;
  },
});

const NOTHING = {bitsPerElement: null, mse: null, sqnrDb: null, cosine: null, maxAbsError: null};

/** One tensor that a format cannot take must not cost the rows of all others. */
function measureOrNote(id: string, x: Tensor) {
  if (elementCount(x.shape) === 0) return {...NOTHING, note: "it has no elements"};
  try {
    const {relativeMse: _, ...measured} = measureFormat(formats[id], x);
    if (!Object.values(measured).some(Number.isNaN)) return {...measured, note: null};
    const note = "it holds a NaN or an infinity, so that no error exists";
    return {...NOTHING, bitsPerElement: measured.bitsPerElement, note};
  } catch (error) {
    if (error instanceof RangeError) return {...NOTHING, note: error.message};
    throw error;
  }
}
