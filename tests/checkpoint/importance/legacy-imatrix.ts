/** An importance matrix in llama.cpp's older form, of its parts: a count, a name behind its length, or float32 numbers. */
export function legacyImatrix(parts: readonly (number | string | readonly number[])[]): Uint8Array {
  const bytes = parts.map((part) => {
    if (typeof part === "number") return Buffer.from(Int32Array.of(part).buffer);
    if (typeof part !== "string") return Buffer.from(Float32Array.from(part).buffer);
    return Buffer.concat([Buffer.from(Int32Array.of(Buffer.byteLength(part)).buffer), Buffer.from(part)]);
  });
  return new Uint8Array(Buffer.concat(bytes));
}
