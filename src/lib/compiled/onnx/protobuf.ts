/** As much of protobuf as writing an ONNX file takes. (https://protobuf.dev/programming-guides/encoding) */

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

/** Encoded fields, in the pieces of which a message is made: large tensors are not copied at every level. */
export interface Encoded {
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
}

function encoded(parts: readonly Uint8Array[]): Encoded {
  return {parts, bytes: parts.reduce((sum, part) => sum + part.length, 0)};
}

/** Fields one after the other. */
export function fields(...each: readonly Encoded[]): Encoded {
  return encoded(each.flatMap(({parts}) => parts));
}

/** Seven bits of a number of at most 53 in each byte, the lowest first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

const key = (field: number, wire: number): number[] => varint(field * 8 + wire);

/** An integer of at least 0. */
export function integer(field: number, value: number): Encoded {
  return encoded([Uint8Array.from([...key(field, VARINT), ...varint(value)])]);
}

/** A float32. */
export function float(field: number, value: number): Encoded {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return encoded([Uint8Array.from(key(field, FIXED32)), bytes]);
}

/** A message inside a message. */
export function message(field: number, ...inner: readonly Encoded[]): Encoded {
  const {parts, bytes} = fields(...inner);
  return encoded([Uint8Array.from([...key(field, BYTES), ...varint(bytes)]), ...parts]);
}

/** Bytes as they are. */
export function raw(field: number, bytes: Uint8Array): Encoded {
  return message(field, encoded([bytes]));
}

/** A text in UTF-8. */
export function text(field: number, value: string): Encoded {
  return raw(field, new TextEncoder().encode(value));
}

/** All pieces as the bytes of a file. */
export function joined({parts, bytes}: Encoded): Uint8Array {
  const file = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}
