import {html} from "htl";
import type {Mesh} from "../../../lib/scenes/mesh.js";
import type {Look} from "../../plots/palette.js";
import type {Shot, Turn} from "../../plots/scenes/mesh-shot.js";
import {paintMesh} from "../../plots/scenes/painted-mesh.js";
import {meshRenderer} from "../../plots/scenes/webgl-mesh.js";
import {currentTheme} from "../../plots/theme.js";

/** A mesh to draw and its colour. */
export interface Drawn {
  readonly mesh: Mesh;
  readonly look: Look;
}

/** A place for a picture of a mesh. */
export interface MeshCanvas {
  readonly element: HTMLElement;
  show(drawn: Drawn, turn: Turn): void;
}

/** Faces that are painted one by one without a stutter; more are left to WebGL, where a browser has it. */
const MOST_PAINTED = 20_000;

/**
 * A picture of a mesh.
 * @param label says what it shows; empty for one that only adorns its button
 * @param size CSS pixels on each side
 */
export function meshCanvas(label: string, size: number): MeshCanvas {
  const painted = canvasOf(size);
  const element = html`<div role=${label === "" ? null : "img"} aria-label=${label === "" ? null : label} aria-hidden=${label === "" ? "true" : null}>${painted}</div>`;
  let rendered: Rendered | undefined;

  function draw(shot: Shot): void {
    const isMany = shot.mesh.triangles.length / 3 > MOST_PAINTED;
    if (isMany) rendered ??= renderedCanvas(size);
    const render = isMany ? rendered?.render : undefined;
    const canvas = render === undefined ? painted : (rendered?.canvas ?? painted);
    canvas.width = shot.size;
    canvas.height = shot.size;
    if (!element.contains(canvas)) element.replaceChildren(canvas);
    const context = render === undefined ? canvas.getContext("2d") : null;
    if (context === null) render?.(shot);
    else paintMesh(context, shot);
  }

  return {
    element,
    show({mesh, look}, turn) {
      const colour = rgb(currentTheme().colour(look));
      draw({mesh, turn, colour, size: Math.round(size * Math.min(2, devicePixelRatio))});
    },
  };
}

/** A canvas with its own context for WebGL, made when a mesh first needs it. */
interface Rendered {
  readonly canvas: HTMLCanvasElement;
  readonly render: ((shot: Shot) => void) | undefined;
}

function renderedCanvas(size: number): Rendered {
  const canvas = canvasOf(size);
  return {canvas, render: meshRenderer(canvas)};
}

const canvasOf = (size: number): HTMLCanvasElement =>
  html`<canvas style=${`--size: ${size}px`}></canvas>` as HTMLCanvasElement;

/** Parts of a colour `#rrggbb`, from 0 to 1. */
const rgb = (hex: string): readonly [number, number, number] => {
  const part = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16) / 255 || 0;
  return [part(1), part(3), part(5)];
};
