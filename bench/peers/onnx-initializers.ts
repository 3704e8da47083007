/** The trained float32 tensors of an ONNX file: as much of protobuf as they need, within the bounds of the file. */

/** One tensor. */
export interface Initializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** It is the second factor of a product x W, stored [in, out]. */
  readonly isFactor: boolean;
}

/** Numbers of the fields that are looked at. (https://github.com/onnx/onnx, onnx/onnx.proto) */
const MODEL = {graph: 7} as const;
const GRAPH = {node: 1, initializer: 5} as const;
const NODE = {input: 1, output: 2, opType: 4, attribute: 5} as const;
const ATTRIBUTE = {name: 1, integer: 3, tensor: 5, graph: 6} as const;
const TENSOR = {dims: 1, dataType: 2, floats: 4, name: 8, raw: 9} as const;
const FLOAT = 1;

/** A field: a number, or bytes. Wire types of fixed width are skipped. */
interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

/**
 * Float32 tensors of a file: its initializers, what its constants hold, and those of the graphs inside its nodes, whose names
 * begin with the branch: `then_branch.w`.
 * @throws RangeError for bytes that are no such file, or a tensor whose bytes do not fill its shape.
 */
export function initializers(file: Uint8Array): readonly Initializer[] {
  // A plain array: slices of Node's Buffer are no copies.
  const graph = fieldsOf(new Uint8Array(file)).find(({number}) => number === MODEL.graph)?.value;
  if (!(graph instanceof Uint8Array))
    throw new RangeError("initializers: file must be an ONNX model, got no graph");
  return tensorsOf(graph, "", 0);
}

/** Graphs inside graphs. */
const MOST_NESTED = 8;

/** Tensors of a graph and of those inside it. */
function tensorsOf(graph: Uint8Array, prefix: string, depth: number): readonly Initializer[] {
  if (depth > MOST_NESTED)
    throw new RangeError(`initializers: graphs must be nested at most ${MOST_NESTED} deep, got ${prefix}`);
  const fields = fieldsOf(graph);
  const nodes = fields.filter(({number}) => number === GRAPH.node).map(({value}) => nodeOf(bytesOf(value)));
  const factors = new Set(nodes.flatMap(({factor}) => (factor === undefined ? [] : [factor])));
  const stored = fields
    .filter(({number}) => number === GRAPH.initializer)
    .map(({value}) => tensorOf(bytesOf(value)));
  const own = [...stored, ...nodes.map(({constant}) => constant)].flatMap((tensor) =>
    tensor === undefined ? [] : [{...tensor, name: prefix + tensor.name, isFactor: factors.has(tensor.name)}],
  );
  const inner = nodes.flatMap(({graphs}) =>
    graphs.flatMap(({name, bytes}) => tensorsOf(bytes, `${prefix}${name}.`, depth + 1)),
  );
  return [...own, ...inner];
}

function nodeOf(bytes: Uint8Array) {
  const fields = fieldsOf(bytes);
  const texts = (number: number) =>
    fields.filter((each) => each.number === number).map(({value}) => text(value));
  const attributes = fields
    .filter(({number}) => number === NODE.attribute)
    .map(({value}) => fieldsOf(bytesOf(value)));
  const [type] = texts(NODE.opType);
  const [, second] = texts(NODE.input);
  const isTransposed = attributes.some(
    (each) => text(find(each, ATTRIBUTE.name)) === "transB" && find(each, ATTRIBUTE.integer) === 1,
  );
  const isProduct = type === "MatMul" || (type === "Gemm" && !isTransposed);
  const tensor =
    type === "Constant"
      ? attributes.map((each) => find(each, ATTRIBUTE.tensor)).find((each) => each !== undefined)
      : undefined;
  const constant = tensor === undefined ? undefined : tensorOf(bytesOf(tensor));
  const graphs = attributes.flatMap((each) => {
    const bytes = find(each, ATTRIBUTE.graph);
    return bytes === undefined ? [] : [{name: text(find(each, ATTRIBUTE.name)), bytes: bytesOf(bytes)}];
  });
  return {
    factor: isProduct ? second : undefined,
    constant: constant && {...constant, name: texts(NODE.output)[0]},
    graphs,
  };
}

/** A tensor of float32 numbers; undefined for one of others. */
function tensorOf(bytes: Uint8Array): Omit<Initializer, "isFactor"> | undefined {
  const fields = fieldsOf(bytes);
  if (find(fields, TENSOR.dataType) !== FLOAT) return undefined;
  const dims = fields.filter(({number}) => number === TENSOR.dims).map(({value}) => value);
  const shape = dims.flatMap((value) => (typeof value === "number" ? [value] : varints(value)));
  const name = text(find(fields, TENSOR.name) ?? new Uint8Array(0));
  const data = new Float32Array(
    bytesOf(find(fields, TENSOR.raw) ?? find(fields, TENSOR.floats) ?? new Uint8Array(0)).slice().buffer,
  );
  const count = shape.reduce((product, size) => product * size, 1);
  if (data.length === count) return {name, shape, data};
  throw new RangeError(`initializers: ${name} must hold ${count} numbers, got ${data.length}`);
}

const find = (fields: readonly Field[], number: number) =>
  fields.find((each) => each.number === number)?.value;
const text = (value: number | Uint8Array | undefined): string =>
  value instanceof Uint8Array ? new TextDecoder().decode(value) : "";

function bytesOf(value: number | Uint8Array): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new RangeError(`initializers: a field must hold bytes, got ${value}`);
}

function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const key = varint(bytes, at);
    const [number, wire] = [Math.floor(key.value / 8), key.value % 8];
    if (wire === 1 || wire === 5) at = key.end + (wire === 1 ? 8 : 4);
    else if (wire === 0 || wire === 2) {
      const head = varint(bytes, key.end);
      at = wire === 0 ? head.end : head.end + head.value;
      fields.push({number, value: wire === 0 ? head.value : bytes.subarray(head.end, at)});
    } else throw new RangeError(`initializers: a field must be of wire type 0, 1, 2 or 5, got ${wire}`);
    if (at > bytes.length)
      throw new RangeError("initializers: a field must end within the file, got one beyond it");
  }
  return fields;
}

function varints(bytes: Uint8Array): number[] {
  const values: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const {value, end} = varint(bytes, at);
    values.push(value);
    at = end;
  }
  return values;
}

/** A number of up to 7 bytes, which is as much as a double holds. */
function varint(bytes: Uint8Array, from: number): {readonly value: number; readonly end: number} {
  let value = 0;
  for (let i = 0; i < 10 && from + i < bytes.length; i++) {
    value += (bytes[from + i] & 127) * 2 ** (7 * i);
    if (bytes[from + i] < 128) return {value, end: from + i + 1};
  }
  throw new RangeError(`initializers: a number must end within the file, got none at byte ${from}`);
}
