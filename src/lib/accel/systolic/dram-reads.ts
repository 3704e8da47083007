import {type Conv, type Dataflow, type Gemm, gemmOf, type Layer, type Mapping, mappingOf} from "./layer.js";

/** Contents of one operand's read buffer. Sizes in elements, not bytes. */
export interface ReadBuffer {
  /** Elements of the whole buffer, both halves. */
  readonly elements: number;
  /** Share that is active while the rest is prefetched; SCALE-Sim allows 0.5 up to 1. */
  readonly activeFraction: number;
}

/** The order in which one fold of one operand is asked for, and how often the folds come round. */
interface Demand {
  /** Address of element [port, time], at `port * portStride + time * timeStride`; -1 asks for nothing. */
  readonly addresses: Int32Array;
  readonly portStride: number;
  readonly times: number;
  readonly timeStride: number;
}

/**
 * SCALE-Sim's buffer in its stall-free mode is not a cache of a replacement policy: it is a list of sets of a
 * hundredth of the buffer each, in order of first use; once the active share of them is full, the oldest sets
 * leave together, at once. (scalesim/memory/read_buffer_estimate_bw.py)
 */
function readCounter({elements, activeFraction}: ReadBuffer, addressCount: number) {
  const setSize = Math.floor(elements / 100);
  const activeSets = Math.trunc(Math.round(activeFraction * 100));
  const leaving = 100 - activeSets;
  const setOf = new Int32Array(addressCount).fill(-1);
  let firstSet = 0;
  let lastSet = activeSets;
  let set = 0;
  let inSet = 0;
  let reads = 0;
  const request = (address: number): void => {
    if (address < 0 || setOf[address] >= firstSet) return;
    setOf[address] = set;
    reads++;
    if (++inSet !== setSize) return;
    inSet = 0;
    if (++set !== lastSet) return;
    firstSet += leaving;
    lastSet += leaving;
  };
  return {request, reads: () => reads};
}

/** Port p asks for element t in cycle p + t; within a cycle the ports ask from 0 upward. */
function requestSkewed(
  request: (address: number) => void,
  demand: Demand,
  first: number,
  ports: number,
): void {
  const {addresses, portStride, timeStride, times} = demand;
  for (let cycle = 0; cycle < times + ports - 1; cycle++) {
    const last = Math.min(ports - 1, cycle);
    for (let port = Math.max(0, cycle - times + 1); port <= last; port++) {
      request(addresses[(first + port) * portStride + (cycle - port) * timeStride]);
    }
  }
}

/** The block that stays in the array is loaded a row a cycle, the bottom row first. */
function requestStationary(
  request: (address: number) => void,
  {addresses, portStride, timeStride}: Demand,
  rows: readonly [number, number],
  columns: readonly [number, number],
): void {
  for (let row = rows[1] - 1; row >= rows[0]; row--) {
    for (let column = columns[0]; column < columns[1]; column++) {
      request(addresses[row * portStride + column * timeStride]);
    }
  }
}

/** Addresses of A as rows of windows over the input image; a place outside the image asks for nothing. */
function convAddresses({ih, iw, fh, fw, cin, stride}: Conv, M: number, K: number): Int32Array {
  const ow = Math.ceil((iw - fw + stride) / stride);
  const addresses = new Int32Array(M * K);
  for (let m = 0, at = 0; m < M; m++) {
    const y0 = Math.floor(m / ow) * stride;
    const x0 = (m % ow) * stride;
    for (let y = y0; y < y0 + fh; y++) {
      for (let x = x0; x < x0 + fw; x++) {
        const inside = y < ih && x < iw;
        for (let c = 0; c < cin; c++) addresses[at++] = inside ? (y * iw + x) * cin + c : -1;
      }
    }
  }
  return addresses;
}

function distinct(addresses: Int32Array, addressCount: number): number {
  const seen = new Uint8Array(addressCount);
  let count = 0;
  for (const address of addresses) {
    if (address < 0 || seen[address]) continue;
    seen[address] = 1;
    count++;
  }
  return count;
}

/** The folds of a dimension of `size` on `side` lines of the array: [from, to). */
function folds(size: number, side: number): (readonly [number, number])[] {
  return Array.from(
    {length: Math.ceil(size / side)},
    (_, i) => [i * side, Math.min(size, (i + 1) * side)] as const,
  );
}

interface Operand {
  readonly role: "streamsByRow" | "streamsByColumn" | "stays";
  readonly portStride: number;
  readonly timeStride: number;
}

/** Entry of each operand into the array: its role, and the strides of its row-major matrix along port and time. */
function roles({N, K}: Gemm, dataflow: Dataflow): {ifmap: Operand; filter: Operand} {
  if (dataflow === "os") {
    return {
      ifmap: {role: "streamsByRow", portStride: K, timeStride: 1},
      filter: {role: "streamsByColumn", portStride: 1, timeStride: N},
    };
  }
  if (dataflow === "ws") {
    return {
      ifmap: {role: "streamsByRow", portStride: 1, timeStride: K},
      filter: {role: "stays", portStride: N, timeStride: 1},
    };
  }
  return {
    ifmap: {role: "stays", portStride: 1, timeStride: K},
    filter: {role: "streamsByRow", portStride: N, timeStride: 1},
  };
}

/** One operand's matrix; the elements of a convolution's windows share the addresses of its image. */
interface Addressed {
  readonly conv: Conv | null;
  readonly rows: number;
  readonly columns: number;
}

function ownAddresses(count: number): Int32Array {
  const addresses = new Int32Array(count);
  for (let i = 0; i < count; i++) addresses[i] = i;
  return addresses;
}

function operandReads(
  {conv, rows, columns}: Addressed,
  operand: Operand,
  mapping: Mapping,
  [R, C]: readonly [number, number],
  buffer: ReadBuffer,
): number {
  const capacity = Math.floor(buffer.elements / 100) * Math.round(buffer.activeFraction * 100);
  // A buffer too small for a hundred sets never fills one, so nothing ever leaves it.
  const holds = (count: number) => count < capacity || capacity === 0;
  if (conv === null && holds(rows * columns)) return rows * columns;
  const addresses = conv ? convAddresses(conv, rows, columns) : ownAddresses(rows * columns);
  const addressCount = conv ? conv.ih * conv.iw * conv.cin : rows * columns;
  if (conv) {
    const different = distinct(addresses, addressCount);
    if (holds(different)) return different;
  }
  const counter = readCounter(buffer, addressCount);
  const demand: Demand = {addresses, times: mapping.time, ...operand};
  const rowFolds = folds(mapping.rows, R);
  for (const column of folds(mapping.columns, C)) {
    for (const row of rowFolds) {
      if (operand.role === "stays") requestStationary(counter.request, demand, row, column);
      else {
        const [from, to] = operand.role === "streamsByRow" ? row : column;
        requestSkewed(counter.request, demand, from, to - from);
      }
    }
  }
  return counter.reads();
}

/**
 * DRAM reads of both operands as SCALE-Sim's stall-free mode counts them: the demand of every cycle is walked in
 * order through the buffer of each operand. Time grows with the number of requests (M K ceil(N / C) and
 * K N ceil(M / R)) where an operand does not fit its buffer; an operand that fits is counted at once.
 * (scalesim-project/SCALE-Sim, compute/systolic_compute_{os,ws,is}.py and memory/read_buffer_estimate_bw.py)
 */
export function dramReads(
  layer: Layer,
  dataflow: Dataflow,
  array: readonly [number, number],
  buffers: {readonly ifmap: ReadBuffer; readonly filter: ReadBuffer},
): {ifmap: number; filter: number} {
  const gemm = gemmOf(layer);
  const {M, N, K} = gemm;
  const mapping = mappingOf(gemm, dataflow);
  const {ifmap, filter} = roles(gemm, dataflow);
  const A = {conv: layer.type === "conv" ? layer : null, rows: M, columns: K};
  const B = {conv: null, rows: K, columns: N};
  return {
    ifmap: operandReads(A, ifmap, mapping, array, buffers.ifmap),
    filter: operandReads(B, filter, mapping, array, buffers.filter),
  };
}
