import {draws, randomStream} from "../../src/lib/tensor/random.js";

/** Standard normal values. */
export function normals(seed: number, count: number): Float32Array {
  const stream = randomStream(seed, "kv");
  return draws(count, () => stream.normal());
}

/** |x - y|² / |x|² */
export function relativeSquare(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let [error, size] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    error += (x[i] - y[i]) ** 2;
    size += x[i] ** 2;
  }
  return error / size;
}
