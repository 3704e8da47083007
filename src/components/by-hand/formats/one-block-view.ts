import {html} from "htl";
import {captioned} from "../../kit/text/captioned.js";
import {blockCells} from "./block-cells.js";
import {oneBlock, oneBlockFinding} from "./one-block.js";
import {scaleStory} from "./scale-story.js";

/** One block in three formats, cell by cell. */
export function oneBlockView(state: {readonly outlier: number; readonly seed: number}): HTMLElement {
  const {values, blocks} = oneBlock(state);
  const drawn = html`<div>${blocks.map(({format, view, tell}) =>
    blockCells(format, view, scaleStory(tell(view.packed, values))),
  )}</div>`;
  return captioned("What does one outlier cost its neighbours?", oneBlockFinding(state), drawn);
}
