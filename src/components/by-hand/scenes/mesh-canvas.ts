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

/** Options of {@link meshCanvas}. */
export interface MeshCanvasOptions {
  readonly label: string;
  /** CSS pixels on each side. */
  readonly size: number;
  /** Draws by WebGL where there is any: for the few large pictures of a page. */
  readonly isLarge?: boolean;
}

/** A canvas that shows a mesh. */
export function meshCanvas({label, size, isLarge = false}: MeshCanvasOptions): MeshCanvas {
  const canvas =
    html`<canvas role="img" aria-label=${label} style=${`--size: ${size}px`}></canvas>` as HTMLCanvasElement;
  const render = isLarge ? meshRenderer(canvas) : undefined;
  const draw = (shot: Shot): void => {
    canvas.width = shot.size;
    canvas.height = shot.size;
    const context = render === undefined ? canvas.getContext("2d") : null;
    if (context === null) render?.(shot);
    else paintMesh(context, shot);
  };
  return {
    element: canvas,
    show({mesh, look}, turn) {
      const colour = rgb(currentTheme().colour(look));
      draw({mesh, turn, colour, size: Math.round(size * Math.min(2, devicePixelRatio))});
    },
  };
}

/** Parts of a colour `#rrggbb`, from 0 to 1. */
const rgb = (hex: string): readonly [number, number, number] => {
  const part = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16) / 255 || 0;
  return [part(1), part(3), part(5)];
};
