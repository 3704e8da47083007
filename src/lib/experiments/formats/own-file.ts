import {experiment} from "../../experiment/experiment.js";
import {formats} from "../../formats/registry.js";
import {floatDecoder} from "../../io/dtypes.js";
import {openSafetensors, readTensor, type TensorInfo} from "../../io/safetensors.js";
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
    file: {
      kind: "file",
      label: "File",
      holds: "file",
      accepts: "safetensors file",
      required: true,
      default: null,
    },
    formats: {kind: "choices", label: "Formats", options: Object.keys(formats), default: DEFAULT_FORMATS},
    tensors: {
      kind: "text",
      label: "Tensors",
      help: "Names, one a line; without any, all that hold floating-point numbers.",
      maxLength: 1_000_000,
      default: "",
      advanced: true,
    },
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
  tables: {
    leftOut: {
      tensor: {type: "string", label: "Tensor"},
      dtype: {type: "string", label: "Type that is no floating-point type"},
    },
  },
  needs: [],
  sweep: [],
  async run({file: source, formats: ids, tensors: named}, {progress}) {
    const file = await openSafetensors(source!);
    const all = [...file.tensors.values()];
    const names = named === "" ? all.filter(isFloat).map(({name}) => name) : named.split("\n");
    const rows = [];
    for (const [index, name] of names.entries()) {
      // One after the other: a file of any size costs its largest tensor at a time.
      const x = await readTensor(file, name);
      for (const [each, id] of ids.entries()) {
        await progress((index + each / ids.length) / names.length, `${name} in ${id}`);
        rows.push(measuredRow(name, x, id));
      }
    }
    const leftOut = named === "" ? all.filter((info) => !isFloat(info)) : [];
    return {
      rows,
      leftOut: leftOut.map(({name, dtype}) => ({tensor: name, dtype, provenance: "measured" as const})),
    };
  },
});

const isFloat = ({dtype}: TensorInfo) => floatDecoder(dtype) !== undefined;

function measuredRow(name: string, x: Tensor, id: string) {
  return {
    tensor: name,
    format: id,
    elements: elementCount(x.shape),
    ...measureOrNote(id, x),
    convention: formats[id].convention,
    provenance: "measured" as const,
  };
}

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
