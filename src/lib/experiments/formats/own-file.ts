import {modelRecord} from "../../architectures/read-model.js";
import {modelFolder} from "../../checkpoint/model-folder.js";
import {openCheckpoint} from "../../checkpoint/open-checkpoint.js";
import {openTensors} from "../../checkpoint/open-tensors.js";
import {readSample} from "../../checkpoint/sample.js";
import type {StoredTensor} from "../../checkpoint/stored-tensor.js";
import {readConfig} from "../../engine/read-config.js";
import {unusedTensors} from "../../engine/unused-tensors.js";
import {experiment} from "../../experiment/experiment.js";
import {formats} from "../../formats/registry.js";
import {FormatError} from "../../io/format-error.js";
import type {ModelFolder} from "../../io/model-folder.js";
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
      help: "Safetensors or GGUF, in one file or several, or a model folder with them.",
      holds: "folder",
      accepts: "file of tensors or model folder",
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
    measuredElements: {type: "number", label: "Elements measured, fewer where the tensor is large"},
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
    unused: {
      tensor: {type: "string", label: "Tensor that no part of the model takes, by the config.json beside it"},
    },
  },
  needs: [],
  sweep: [],
  async run({file, formats: ids, tensors: named}, {progress}) {
    const {tensors} = await openTensors(file!);
    const chosen = named === "" ? [...tensors.values()].filter(isMeasurable) : namedTensors(tensors, named);
    if (chosen.length === 0) throw nothingToMeasure(tensors.size);
    const rows = [];
    for (const [index, tensor] of chosen.entries()) {
      // One after the other: a file of any size costs a part of its largest tensor at a time.
      const x = await sampleOrNote(tensor);
      for (const [each, id] of ids.entries()) {
        await progress((index + each / ids.length) / chosen.length, `${tensor.name} in ${id}`);
        rows.push(measuredRow(tensor, x, id));
      }
    }
    const leftOut = named === "" ? [...tensors.values()].filter((tensor) => !isMeasurable(tensor)) : [];
    const unused = named === "" ? await unusedOf(file!) : [];
    return {
      rows,
      leftOut: leftOut.map(({name, dtype}) => ({tensor: name, dtype, provenance: "measured" as const})),
      unused: unused.map((tensor) => ({tensor, provenance: "measured" as const})),
    };
  },
});

/** Tensors that no part of the model takes; none where no config.json says what the model is, or the engine does not run it. */
async function unusedOf(file: ModelFolder): Promise<readonly string[]> {
  try {
    const folder = await modelFolder(file);
    const record = modelRecord(await readConfig(folder, "formats/own-file"));
    return unusedTensors((await openCheckpoint(folder)).tensors, record) ?? [];
  } catch (error) {
    // Formats are measured without a model too.
    if (error instanceof FormatError) return [];
    throw error;
  }
}

/** All but integers: a tensor whose numbers cannot be read has rows that say so. */
const isMeasurable = ({unreadable}: StoredTensor) => unreadable?.kind !== "integers";

function namedTensors(tensors: ReadonlyMap<string, StoredTensor>, named: string): StoredTensor[] {
  return named.split("\n").map((name) => {
    const tensor = tensors.get(name);
    if (tensor !== undefined) return tensor;
    const some = [...tensors.keys()].slice(0, 5).join(", ");
    throw new RangeError(
      `formats/own-file: tensors must be names of the file's ${tensors.size} (${some}${tensors.size > 5 ? ", …" : ""}), got ${name}`,
    );
  });
}

function nothingToMeasure(count: number): RangeError {
  const got = count === 0 ? "no tensors" : `${count} of other types`;
  return new RangeError(`formats/own-file: file must hold tensors of floating-point numbers, got ${got}`);
}

/** What is measured of a tensor, or the reason why nothing is: one tensor must not cost the rows of all others. */
async function sampleOrNote(tensor: StoredTensor): Promise<Tensor | string> {
  if (tensor.unreadable !== null) return tensor.unreadable.reason;
  try {
    return await readSample("formats/own-file", tensor);
  } catch (error) {
    if (error instanceof RangeError || error instanceof FormatError) return error.message;
    throw error;
  }
}

function measuredRow({name, shape, dtype}: StoredTensor, x: Tensor | string, id: string) {
  return {
    tensor: name,
    format: id,
    elements: elementCount(shape),
    measuredElements: typeof x === "string" ? 0 : elementCount(x.shape),
    ...(typeof x === "string" ? {...NOTHING, note: x} : measureOrNote(id, x, dtype)),
    convention: formats[id].convention,
    provenance: "measured" as const,
  };
}

const NOTHING = {bitsPerElement: null, mse: null, sqnrDb: null, cosine: null, maxAbsError: null};

/** One tensor that a format cannot take must not cost the rows of all others. */
function measureOrNote(id: string, x: Tensor, dtype: string) {
  if (elementCount(x.shape) === 0) return {...NOTHING, note: "it has no elements"};
  // Read as float32, a number of the file may have become an infinity that the file does not hold.
  if (dtype === "F64" && x.data.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY)) {
    return {
      ...NOTHING,
      note: "it holds an infinity, or a number beyond 3.4e38, where float32 ends, in which formats are measured",
    };
  }
  try {
    const {relativeMse: _, ...measured} = measureFormat(formats[id], x);
    if (!Object.values(measured).some(Number.isNaN)) return {...measured, note: null};
    return {...NOTHING, bitsPerElement: measured.bitsPerElement, note: whyNoError(id, x)};
  } catch (error) {
    if (error instanceof RangeError) return {...NOTHING, note: error.message};
    throw error;
  }
}

/** The tensor's own fault or the format's: an infinity of the file, or a number that became one. */
function whyNoError(id: string, {data}: Tensor): string {
  return data.every(Number.isFinite)
    ? `${id} has no room for the largest of its numbers, which become infinities, so that no error exists`
    : "it holds a NaN or an infinity, so that no error exists";
}
