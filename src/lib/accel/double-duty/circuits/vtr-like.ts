import {type Builder, FALSE, type Signal} from "../netlist.js";
import {
  absoluteDifference,
  addAll,
  andAll,
  bitwise,
  choose,
  chooseOfFour,
  constantWord,
  counter,
  equal,
  larger,
  readOnly,
  rotateLeft,
  subtract,
  type Word,
  xorAll,
} from "./words.js";

/** Part of a processor: decoder, adder and subtractor, logic, a rotating shifter, branch compare, next address. */
export function processor(builder: Builder, width = 32): void {
  const instruction = builder.input(6);
  const [a, b] = [builder.input(width), builder.input(width)];
  const controls = readOnly(builder, instruction, 12, (at) => (at * 2_654_435_761) % 4096);
  const sum = builder.addWrapped(
    a,
    bitwise(builder, b, Array(width).fill(controls[0]), (x, s) => x ^ s),
  );
  const logic = a.map((bit, i) =>
    builder.table(
      [bit, b[i], controls[1], controls[2]],
      (x, y, s, t) => [x & y, x | y, x ^ y, x ^ 1][s + 2 * t],
    ),
  );
  const shifted = rotateLeft(builder, a, b.slice(0, 5));
  const load = builder.input(width);
  const result = chooseOfFour(builder, controls.slice(3, 5), [sum, logic, shifted, load]);
  const isTaken = builder.table(
    [equal(builder, a, b), sum[width - 1], ...controls.slice(5, 8)],
    (e, s, x, y, z) => (x === 1 ? e ^ y : y & (s ^ z)),
  );
  const address = builder.register(width);
  const next = builder.addWrapped(address, constantWord(4, 3));
  builder.drive(address, choose(builder, isTaken, next, result));
  const forwarded = chooseOfFour(builder, controls.slice(8, 10), [result, load, a, address]);
  builder.output(forwarded);
}

/** Packets: a cyclic redundancy check of a byte a cycle, two queues' pointers, a state machine, data chosen by it. */
export function packetMerge(builder: Builder): void {
  const data = [0, 1, 2, 3].map(() => builder.input(16));
  const state = builder.register(3);
  const events = builder.input(3);
  builder.drive(
    state,
    readOnly(builder, [...state, ...events], 3, (at) => (at * 37 + 11) % 8),
  );
  const chosen = chooseOfFour(builder, state.slice(0, 2), data);
  const crc = builder.register(32);
  builder.drive(crc, crcOfByte(builder, crc, chosen.slice(0, 8)));
  for (let queue = 0; queue < 2; queue++) {
    const write = counter(builder, 6, events[queue], FALSE);
    const read = counter(builder, 6, state[queue], FALSE);
    builder.output([equal(builder, write, read), ...subtract(builder, write, read).difference]);
  }
  const lengths = counter(builder, 10, events[2], state[2]);
  builder.output([...bitwise(builder, chosen, crc, (x, y) => x ^ y), ...lengths]);
  const headers = data.map((word) => equal(builder, word, constantWord(0xb8a5, 16)));
  builder.output([andAll(builder, headers), ...chooseOfFour(builder, events.slice(0, 2), data)]);
}

/** Remainder of the CRC-32 polynomial after a byte, every bit an exclusive or of what reaches it. */
function crcOfByte(builder: Builder, crc: Word, byte: Word): Signal[] {
  const polynomial = constantWord(0x04c1_1db7, 32);
  let parts: Signal[][] = crc.map((bit) => [bit]);
  for (let i = 7; i >= 0; i--) {
    const top = [...parts[31], byte[i]];
    parts = parts.map((_, k) => [...(k > 0 ? parts[k - 1] : []), ...(polynomial[k] === FALSE ? [] : top)]);
  }
  const odd = (signals: readonly Signal[]) =>
    [...new Set(signals)].filter((signal) => signals.filter((other) => other === signal).length % 2 === 1);
  return parts.map((signals) => xorAll(builder, odd(signals)));
}

/** A round of a secure hash: rotations joined by exclusive or, choice and majority, five sums of 32 bits. */
export function hashRound(builder: Builder): void {
  const [a, b, c, e, f, g, h, w] = Array.from({length: 8}, () => builder.input(32));
  const turned = (word: Word, by: number) => word.map((_, i) => word[(i + by) % 32]);
  const mixed = (word: Word, places: readonly number[]) =>
    word.map((_, i) =>
      xorAll(
        builder,
        places.map((by) => turned(word, by)[i]),
      ),
    );
  const three = (x: Word, y: Word, z: Word, value: (x: number, y: number, z: number) => number) =>
    x.map((bit, i) => builder.table([bit, y[i], z[i]], value));
  const choice = three(e, f, g, (x, y, z) => (x === 1 ? y : z));
  const majority = three(a, b, c, (x, y, z) => (x + y + z > 1 ? 1 : 0));
  const first = builder.addWrapped(
    builder.addWrapped(h, w),
    builder.addWrapped(mixed(e, [6, 11, 25]), choice),
  );
  const second = builder.addWrapped(mixed(a, [2, 13, 22]), majority);
  builder.output(builder.addWrapped(first, second));
  builder.output(three(w, b, h, (x, y, z) => x ^ y ^ z));
  builder.output(mixed(w, [7, 18, 3]));
}

/** Stereo matching: absolute differences of windows summed for some shifts, and the smallest chosen. */
export function stereoMatch(builder: Builder, pixels = 6, shifts = 3): void {
  const left = Array.from({length: pixels}, () => builder.input(8));
  const right = Array.from({length: pixels + shifts - 1}, () => builder.input(8));
  const costs = Array.from({length: shifts}, (_, by) =>
    addAll(
      builder,
      left.map((pixel, i) => absoluteDifference(builder, pixel, right[i + by])),
    ),
  );
  const best = costs.reduce((least, cost) =>
    choose(builder, subtract(builder, cost, least).isNoLess, cost, least),
  );
  builder.output(best);
}

/** Blobs of a picture: pixels compared with a threshold, boxes kept by their largest and smallest places, sizes counted. */
export function blobBoxes(builder: Builder, boxes = 4): void {
  const [x, y, pixel, threshold] = [10, 10, 8, 8].map((width) => builder.input(width));
  const isSet = subtract(builder, pixel, threshold).isNoLess;
  for (let i = 0; i < boxes; i++) {
    const label = equal(builder, builder.input(6), constantWord(i, 6));
    const inside = builder.table([isSet, label], (s, l) => s & l);
    const corners = [x, y].flatMap((place) => {
      const most = builder.register(10);
      builder.drive(most, choose(builder, inside, most, larger(builder, most, place)));
      const least = builder.register(10);
      const isLess = subtract(builder, place, least).isNoLess ^ 1;
      builder.drive(
        least,
        choose(
          builder,
          builder.table([inside, isLess], (s, l) => s & l),
          least,
          place,
        ),
      );
      return [...most, ...least];
    });
    builder.output([...corners, ...counter(builder, 12, inside, FALSE)]);
  }
}
