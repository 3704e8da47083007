import {PICTURE_SIZE} from "./picture.js";

/** Pixels of a side of a picture of half the size. */
export const HALVED_SIZE = PICTURE_SIZE / 2;

/** A picture of half the side, sums of four grey values less 512 and over 512: numbers from -1 to 1 that float32 holds exactly. */
export function halved(pixels: Uint8Array): Float32Array {
  return Float32Array.from({length: HALVED_SIZE * HALVED_SIZE}, (_, i) => {
    const from = 2 * (Math.floor(i / HALVED_SIZE) * PICTURE_SIZE + (i % HALVED_SIZE));
    const sum =
      pixels[from] + pixels[from + 1] + pixels[from + PICTURE_SIZE] + pixels[from + PICTURE_SIZE + 1];
    return (sum - 512) / 512;
  });
}
