import {html} from "htl";
import type {oneObject} from "../../../lib/experiments/scenes/one-object.js";
import type {Mesh} from "../../../lib/scenes/mesh.js";
import {numberText} from "../../kit/text/number-text.js";
import type {RowOf} from "../../plots/figure-spec.js";
import type {Look} from "../../plots/palette.js";
import {isWords} from "../../plots/scenes/rates.js";
import {onThemeChange} from "../../plots/theme.js";
import {type Drawn, type MeshCanvas, meshCanvas} from "./mesh-canvas.js";
import {rotatedArea} from "./rotate-by-hand.js";

/** A row of the experiment on one object. */
export type ObjectRow = RowOf<typeof oneObject>;

const [LARGE, SMALL] = [300, 44];

/** The two large pictures of a view: made once, for a browser has few contexts for WebGL. */
interface Pair {
  readonly left: MeshCanvas;
  readonly right: MeshCanvas;
}

/**
 * Makes what draws the rows of an object: the object beside its reconstruction, both rotated together, and below them every
 * file to choose from. Each place of a page takes a drawing of its own.
 */
export function objectDrawing(): (rows: readonly ObjectRow[]) => HTMLElement {
  const pair: Pair = {
    left: meshCanvas("The object", LARGE),
    right: meshCanvas("Its reconstruction", LARGE),
  };
  return (rows) => objectView(rows, pair);
}

function objectView(rows: readonly ObjectRow[], {left, right}: Pair): HTMLElement {
  const original = rows.find(({codec}) => codec === "original") ?? rows[0];
  const files = rows.filter((row) => row !== original).toSorted((a, b) => b.bytes - a.bytes);
  let chosen = files.find(({codec}) => codec === "text") ?? original;
  const name = html`<p class="step-name"></p>`;
  const told = html`<figcaption aria-live="polite"></figcaption>`;
  const pictures = html`<div class="pair">
    <div>${left.element}<p class="step-name">the object, ${size(original.bytes)}</p></div>
    <div>${right.element}${name}</div>
  </div>`;
  let isWaiting = false;
  const area = rotatedArea(pictures, drawSoon);
  const entries = files.map((row) => fileButton(row, () => choose(row)));

  function draw(): void {
    left.show(drawnOf(original), area.turn);
    right.show(drawnOf(chosen), area.turn);
    for (const {row, canvas} of entries) canvas.show(drawnOf(row), area.turn);
  }

  /** A pointer may move more often than the screen shows. */
  function drawSoon(): void {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      draw();
    });
  }

  function choose(row: ObjectRow): void {
    chosen = row;
    for (const {row: each, button} of entries) button.setAttribute("aria-pressed", String(each === row));
    name.textContent = `${row.label}, ${size(row.bytes)}`;
    told.textContent = sentence(row);
    right.show(drawnOf(row), area.turn);
  }

  choose(chosen);
  draw();
  const end = onThemeChange(() => (area.element.isConnected ? draw() : end()));
  return html`<figure class="drawn scene"><p class="question">What is left of it? Drag the objects, or rotate them with the arrow keys; choose a file below.</p>
    ${area.element}${told}
    <div class="rates" role="group" aria-label="Files of the object, from the largest to the smallest">${entries.map(({button}) => button)}</div>
  </figure>`;
}

/** A file as a button: its picture, its bytes, and how it was made. */
function fileButton(row: ObjectRow, chosen: () => void) {
  const canvas = meshCanvas("", SMALL);
  const button = html`<button type="button">${canvas.element}<span class="rate-facts"><strong>${size(row.bytes)}</strong> <span>${row.label}</span> <span class="muted">${row.text ?? row.kept}</span></span></button>`;
  button.addEventListener("click", chosen);
  return {row, canvas, button};
}

const size = (bytes: number): string => `${numberText(bytes, 3)} bytes`;

function sentence({label, kept, text, ratio, chamfer, silhouetteIou, triangleCount}: ObjectRow): string {
  const what = text === null ? `${label}, ${kept}` : `“${text}” (${label}, ${kept})`;
  return `${what}: ${numberText(ratio, 3)} times smaller, ${triangleCount} triangles; Chamfer distance ${numberText(100 * chamfer, 2)}\u00a0% of the largest edge, ${numberText(100 * silhouetteIou, 2)}\u00a0% of the outlines in common.`;
}

const drawnOf = (row: ObjectRow): Drawn => ({mesh: meshOf(row), look: lookOf(row)});

const lookOf = ({codec}: ObjectRow): Look => ({
  family: codec === "original" ? "baseline" : isWords(codec) ? "codebook" : "int",
});

const meshes = new WeakMap<ObjectRow, Mesh>();

/** The mesh in the lists of a row, made once. */
function meshOf(row: ObjectRow): Mesh {
  const known = meshes.get(row) ?? {
    positions: Float32Array.from(row.positions),
    triangles: Uint32Array.from(row.triangles),
  };
  meshes.set(row, known);
  return known;
}
