import {html} from "htl";
import type {oneObject} from "../../../lib/experiments/scenes/one-object.js";
import {shippedTable} from "../../kit/rows/shipped-table.js";
import {workbench} from "../../kit/workbench.js";
import {objectDrawing} from "./object-view.js";

const timeLimit = 120_000;

/**
 * Takes a mesh of the reader's and stores it in every way. The file is read in a worker that is ended after a time limit, and
 * it never leaves the machine.
 * @param table bytes of the shipped table of the experiment, which hold its definition
 */
export function ownMeshBench(table: ArrayBuffer): HTMLElement {
  const place = html`<div></div>`;
  const drawing = objectDrawing();
  const input = html`<input type="file" accept=".glb,.gltf,.obj">` as HTMLInputElement;
  const drop = html`<div class="drop"><label>A glTF, GLB or OBJ file of yours: ${input}</label>
    <p class="help">Or drop it here: up to 64 MB, standing upright, without compression and with all it needs inside. A worker of this page reads it, which can ask this site only; textures and colours are passed over.</p></div>`;

  function open([file]: readonly File[]): void {
    if (file === undefined) return;
    const definition = shippedTable(table).definition as unknown as typeof oneObject;
    place.replaceChildren(
      workbench(definition, {
        figures: [],
        drawing,
        label: file.name,
        prefix: "own.",
        files: {file},
        fixed: {object: "chair", amplitude: 0, outside: "all", seed: 0},
        timeLimit,
      }),
    );
  }

  input.addEventListener("change", () => open([...(input.files ?? [])]));
  drop.addEventListener("dragover", (event) => event.preventDefault());
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    open([...(event.dataTransfer?.files ?? [])]);
  });
  return html`<section class="own-file" aria-label="A mesh of your own">${drop}${place}</section>`;
}
