/** A point of a shape's own plane, in which the shape fills the circle of radius 1, turned upright. */
export type Opacity = (u: number, v: number) => number;

/** A kind of picture. */
export interface PictureClass {
  readonly id: string;
  /** How much of the shape's grey value a point shows: 0 outside, 1 inside, between them a shade. */
  readonly opacity: Opacity;
}

const within = (inside: boolean): number => (inside ? 1 : 0);

const disc: Opacity = (u, v) => within(u * u + v * v < 1);

const square: Opacity = (u, v) => within(Math.abs(u) < 0.75 && Math.abs(v) < 0.75);

/** Half the square root of three: the sine of 60 degrees. */
const SIN_60 = Math.sqrt(3) / 2;

/** An equilateral triangle whose corners lie on the unit circle, one of them at (0, 1). */
const triangle: Opacity = (u, v) => within(v > -0.5 && SIN_60 * Math.abs(u) + v / 2 < 0.5);

/** True for every second of the bands that `x` falls into, six across a shape. */
const isOddBand = (x: number): boolean => Math.floor(3 * (x + 1)) % 2 === 0;

/**
 * All classes of pictures: seven outlines of one grey value, two textures and a soft edge. Functions of +, -, *, / and sqrt
 * alone, so that a picture is the same on every machine.
 */
export const PICTURE_CLASSES: readonly PictureClass[] = [
  {id: "disc", opacity: disc},
  {id: "ring", opacity: (u, v) => within(u * u + v * v < 1 && u * u + v * v > 0.3)},
  {id: "square", opacity: square},
  {id: "triangle", opacity: triangle},
  {id: "star", opacity: (u, v) => Math.max(triangle(u, v), triangle(u, -v))},
  {
    id: "cross",
    opacity: (u, v) =>
      within(Math.max(Math.abs(u), Math.abs(v)) < 0.95 && Math.min(Math.abs(u), Math.abs(v)) < 0.3),
  },
  {id: "half disc", opacity: (u, v) => within(u * u + v * v < 1 && v > -0.1)},
  {id: "stripes", opacity: (u, v) => disc(u, v) * within(isOddBand(u))},
  {id: "checks", opacity: (u, v) => disc(u, v) * within(isOddBand(u) !== isOddBand(v))},
  {
    id: "blob",
    opacity: (u, v) => {
      const left = Math.max(0, 1 - (u * u + v * v) / 1.4);
      return left * left;
    },
  },
];
