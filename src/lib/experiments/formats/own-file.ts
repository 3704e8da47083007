import {inputFirstNames} from "../../checkpoint/input-first.js";
import {openTensors} from "../../checkpoint/open-tensors.js";
import {SAMPLE_ELEMENTS} from "../../checkpoint/sample.js";
import type {StoredTensor} from "../../checkpoint/stored-tensor.js";
import {experiment} from "../../experiment/experiment.js";
import {formats} from "../../formats/registry.js";
import {measureTensor, OUTLIER_DEVIATIONS, type TensorRow} from "../../quant/measure-tensor.js";
import {optionNames} from "../../technique/option-names.js";
import {formatIds, measuredColumns} from "./columns.js";
import {unusedIn} from "./unused-in.js";

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
    formats: {
      kind: "choices",
      label: "Formats",
      options: Object.keys(formats),
      names: optionNames(Object.values(formats)),
      default: DEFAULT_FORMATS,
    },
    tensors: {
      kind: "text",
      label: "Tensors",
      help: "Names, one a line; without any, all that hold floating-point numbers.",
      maxLength: 1_000_000,
      default: "",
      advanced: true,
    },
    sampleElements: {
      kind: "integer",
      label: "Elements measured of a larger tensor",
      help: "In runs spread evenly over it; the fewer, the larger the standard error.",
      min: 2 ** 16,
      max: SAMPLE_ELEMENTS,
      log: true,
      default: SAMPLE_ELEMENTS,
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
    mseStandardError: nullable({
      type: "number",
      label: "Standard error of the mean squared error, where only a sample was measured",
      provenance: "measured",
    }),
    sqnrDb: nullable(measuredColumns.sqnrDb),
    cosine: nullable(measuredColumns.cosine),
    maxAbsError: nullable(measuredColumns.maxAbsError),
    weighedError: nullable({
      type: "number",
      label: "Relative squared error, columns weighed by their importance",
      provenance: "measured",
    }),
    outlierShare: nullable({
      type: "number",
      label: `Share of elements beyond ${OUTLIER_DEVIATIONS} root mean squares of the tensor`,
      provenance: "measured",
    }),
    convention: {type: "string", label: "Convention"},
    note: {type: "string", label: "Why there is no measure, or what was measured", nullable: true},
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
  async run({file, formats: ids, tensors: named, sampleElements}, {progress}) {
    const {tensors} = await openTensors(file!);
    const chosen = named === "" ? [...tensors.values()].filter(isMeasurable) : namedTensors(tensors, named);
    if (chosen.length === 0) throw nothingToMeasure(tensors.size);
    const inputFirst = inputFirstNames(tensors.values());
    const rows = [];
    for (const [index, tensor] of chosen.entries()) {
      // One after the other: a file of any size costs a part of its largest tensor at a time.
      const options = {
        reader: "formats/own-file",
        isInputFirst: inputFirst.has(tensor.name),
        mostElements: sampleElements,
      };
      await progress(index / chosen.length, tensor.name);
      for await (const row of measureTensor(tensor, ids, options)) {
        rows.push(withConvention(row));
        const done = index + (rows.length % ids.length || ids.length) / ids.length;
        await progress(done / chosen.length, `${tensor.name} in ${row.format}`);
      }
    }
    const leftOut = named === "" ? [...tensors.values()].filter((tensor) => !isMeasurable(tensor)) : [];
    const unused = named === "" ? await unusedIn(file!, "formats/own-file") : [];
    return {
      rows,
      leftOut: leftOut.map(({name, dtype}) => ({tensor: name, dtype, provenance: "measured" as const})),
      unused: unused.map((tensor) => ({tensor, provenance: "measured" as const})),
    };
  },
});

/** All but integers: a tensor whose numbers cannot be read has rows that say so. */
export const isMeasurable = ({unreadable}: StoredTensor) => unreadable?.kind !== "integers";

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

/** The error about a file without numbers of which formats could be measured. */
export function nothingToMeasure(count: number, reader = "formats/own-file"): RangeError {
  const got = count === 0 ? "no tensors" : `${count} of other types`;
  return new RangeError(`${reader}: file must hold tensors of floating-point numbers, got ${got}`);
}

const withConvention = (row: TensorRow) => ({
  ...row,
  convention: formats[row.format].convention,
  provenance: "measured" as const,
});
