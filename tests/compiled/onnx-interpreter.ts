/** Runs ONNX files by plain loops: as much of the format and of its operators as exported decoders take. */

export interface Value {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

interface Node {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, number | readonly number[]>;
}

type Field = {readonly number: number; readonly value: number | Uint8Array};

function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let [value, unit] = [0, 1];
    for (; bytes[at] >= 128; at++, unit *= 128) value += (bytes[at] - 128) * unit;
    return value + bytes[at++] * unit;
  };
  while (at < bytes.length) {
    const key = varint();
    const wire = key % 8;
    const length = wire === 5 ? 4 : varint();
    const isNumber = wire === 0;
    fields.push({number: Math.floor(key / 8), value: isNumber ? length : bytes.slice(at, at + length)});
    if (!isNumber) at += length;
  }
  if (at !== bytes.length) throw new RangeError("fieldsOf: a message must end with its last field");
  return fields;
}

const text = (value: number | Uint8Array) => new TextDecoder().decode(value as Uint8Array);
const all = (fields: readonly Field[], number: number) =>
  fields.filter((each) => each.number === number).map(({value}) => value);
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

function attributeOf(bytes: Uint8Array): [string, number | readonly number[]] {
  const fields = fieldsOf(bytes);
  const name = text(all(fields, 1)[0]);
  const kind = all(fields, 20)[0];
  if (kind === 1) return [name, new DataView((all(fields, 2)[0] as Uint8Array).buffer).getFloat32(0, true)];
  if (kind === 2) return [name, all(fields, 3)[0] as number];
  return [name, all(fields, 8) as number[]];
}

function constantOf(bytes: Uint8Array): [string, Value] {
  const fields = fieldsOf(bytes);
  const {buffer} = all(fields, 9)[0] as Uint8Array;
  const isFloat = all(fields, 2)[0] === 1;
  const data = isFloat ? new Float32Array(buffer) : Array.from(new BigInt64Array(buffer), Number);
  return [text(all(fields, 8)[0]), {shape: all(fields, 1) as number[], data}];
}

function strides(shape: readonly number[]): number[] {
  return shape.map((_, i) => sizeOf(shape.slice(i + 1)));
}

/** A tensor whose every element is found by its place. */
function made(shape: readonly number[], of: (place: readonly number[]) => number): Value {
  const steps = strides(shape);
  const data = new Float64Array(sizeOf(shape));
  const place = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    for (let axis = 0; axis < shape.length; axis++) place[axis] = Math.floor(i / steps[axis]) % shape[axis];
    data[i] = of(place);
  }
  return {shape, data};
}

/** The element at a place, of a tensor that is repeated along axes of size 1 and in front. */
function at({shape, data}: Value, place: readonly number[]): number {
  const front = place.length - shape.length;
  let found = 0;
  for (let axis = 0; axis < shape.length; axis++)
    found = found * shape[axis] + (shape[axis] === 1 ? 0 : place[front + axis]);
  return data[found];
}

function both(f: (a: number, b: number) => number) {
  return ([a, b]: readonly Value[]) => {
    const rank = Math.max(a.shape.length, b.shape.length);
    const padded = ({shape}: Value) => [...new Array<number>(rank - shape.length).fill(1), ...shape];
    const [first, second] = [padded(a), padded(b)];
    const shape = first.map((size, axis) => Math.max(size, second[axis]));
    return made(shape, (place) => f(at(a, place), at(b, place)));
  };
}

const each =
  (f: (x: number) => number) =>
  ([{shape, data}]: readonly Value[]): Value => ({shape, data: Float64Array.from(data, f)});

/** Changes rows along the last axis. */
function rows({shape, data}: Value, f: (row: Float64Array) => ArrayLike<number>): Value {
  const n = shape.at(-1)!;
  const values = Float64Array.from(data);
  for (let from = 0; from < values.length; from += n) values.set(f(values.slice(from, from + n)), from);
  return {shape, data: values};
}

const mean = (row: ArrayLike<number>) => Array.from(row).reduce((a, b) => a + b, 0) / row.length;

function softmax(row: Float64Array): Float64Array {
  const top = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = row.map((x) => Math.exp(x - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((x) => x / sum);
}

/** Products of the last two axes, or of the first with the rows of the second. */
function matMul(a: Value, b: Value, isTransposed = false): Value {
  const [rowCount, inner] = a.shape.slice(-2);
  const columns = isTransposed ? b.shape[0] : b.shape.at(-1)!;
  const [step, apart] = isTransposed ? [1, inner] : [columns, 1];
  const y = new Float64Array((sizeOf(a.shape) / inner) * columns);
  for (let row = 0; row < y.length / columns; row++) {
    const from = isTransposed ? 0 : Math.floor(row / rowCount) * inner * columns;
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < inner; k++)
        sum += a.data[row * inner + k] * b.data[from + k * step + column * apart];
      y[row * columns + column] = sum;
    }
  }
  return {shape: [...a.shape.slice(0, -1), columns], data: y};
}

const replaced = (place: readonly number[], axis: number, value: number) => place.with(axis, value);

function parts(x: Value, sizes: ArrayLike<number>, axis: number): Value[] {
  let from = 0;
  return Array.from(sizes, (size) => {
    const start = from;
    from += size;
    return made(x.shape.with(axis, size), (place) => at(x, replaced(place, axis, place[axis] + start)));
  });
}

function concat(xs: readonly Value[], axis: number): Value {
  const size = xs.reduce((sum, {shape}) => sum + shape[axis], 0);
  return made(xs[0].shape.with(axis, size), (place) => {
    let i = place[axis];
    const x = xs.find(({shape}) => {
      if (i < shape[axis]) return true;
      i -= shape[axis];
      return false;
    });
    return at(x!, replaced(place, axis, i));
  });
}

const transposed = (x: Value, order: readonly number[]) =>
  made(
    order.map((axis) => x.shape[axis]),
    (place) =>
      at(
        x,
        x.shape.map((_, axis) => place[order.indexOf(axis)]),
      ),
  );

type Attributes = ReadonlyMap<string, number | readonly number[]>;

export const OPERATORS: Readonly<
  Record<string, (inputs: readonly Value[], given: Attributes) => Value | Value[]>
> = {
  Identity: ([x]) => x,
  Add: both((a, b) => a + b),
  Sub: both((a, b) => a - b),
  Mul: both((a, b) => a * b),
  Div: both((a, b) => a / b),
  Sqrt: each(Math.sqrt),
  Tanh: each(Math.tanh),
  Relu: each((x) => Math.max(0, x)),
  Sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  MatMul: ([a, b]) => matMul(a, b),
  Gemm: ([x, w, b]) => {
    const y = matMul(x, w, true);
    return b ? both((u, v) => u + v)([y, b]) : y;
  },
  Softmax: ([x]) => rows(x, softmax),
  ReduceMean: ([x]) => made(x.shape.with(-1, 1), (place) => rowMean(x, place)),
  LayerNormalization: ([x, gain], given) =>
    rows(x, (row) => {
      const centre = mean(row);
      const variance = mean(row.map((value) => (value - centre) ** 2));
      const scale = 1 / Math.sqrt(variance + (given.get("epsilon") as number));
      return row.map((value, i) => (value - centre) * scale * gain.data[i]);
    }),
  Gather: ([table, ids]) =>
    made([...ids.shape, table.shape[1]], ([row, column]) => at(table, [ids.data[row], column])),
  Reshape: ([{data}, shape]) => ({shape: Array.from(shape.data), data}),
  Transpose: ([x], given) => transposed(x, given.get("perm") as number[]),
  Concat: (xs, given) => concat(xs, given.get("axis") as number),
  Split: ([x, sizes], given) => parts(x, sizes.data, given.get("axis") as number),
  Slice: ([x, from, to]) =>
    parts(x, [from.data[0], to.data[0] - from.data[0], x.shape[0] - to.data[0]], 0)[1],
};

function rowMean(x: Value, place: readonly number[]): number {
  const n = x.shape.at(-1)!;
  return mean(Array.from({length: n}, (_, i) => at(x, replaced(place, place.length - 1, i))));
}

/** Inputs by name to the graph's outputs by name. */
export function onnxInterpreter(file: Uint8Array) {
  const model = fieldsOf(file);
  const graph = fieldsOf(all(model, 7)[0] as Uint8Array);
  const constants = new Map(all(graph, 5).map((bytes) => constantOf(bytes as Uint8Array)));
  const nodes = all(graph, 1).map((bytes): Node => {
    const fields = fieldsOf(bytes as Uint8Array);
    const attributes = new Map(all(fields, 5).map((each) => attributeOf(each as Uint8Array)));
    const [inputs, outputs] = [1, 2].map((number) => all(fields, number).map(text));
    return {type: text(all(fields, 4)[0]), inputs, outputs, attributes};
  });
  return (
    inputs: Readonly<Record<string, Value>>,
  ): Readonly<Record<string, {readonly data: Float32Array}>> => {
    const values = new Map<string, Value>([...constants, ...Object.entries(inputs)]);
    for (const {type, inputs: names, outputs, attributes} of nodes) {
      const given = names.map((name) => {
        const value = values.get(name);
        if (value === undefined)
          throw new RangeError(`onnxInterpreter: ${type} must read what was made, got ${name}`);
        return value;
      });
      const results = [OPERATORS[type](given, attributes)].flat() as Value[];
      for (const [i, name] of outputs.entries()) values.set(name, results[i]);
    }
    return Object.fromEntries(
      Array.from(values, ([name, {data}]) => [name, {data: Float32Array.from(data)}]),
    );
  };
}
