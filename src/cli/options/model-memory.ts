/** Memory of this machine that a model may take. */
import {totalmem} from "node:os";

/** Times that the weights lie in memory: as read, rewritten, in two running models; and as much again for all else. */
const COPIES = 8;

/** Bytes of weights that a command may read, so that the machine can hold all that is made from them. */
export function modelMemory(): number {
  return Math.floor(totalmem() / COPIES);
}
