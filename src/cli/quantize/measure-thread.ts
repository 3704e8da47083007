/** A worker thread that measures tensors of a model on disk, one after the other, as their names come. */
import {parentPort, workerData} from "node:worker_threads";
import {openTensors} from "../../lib/checkpoint/open-tensors.js";
import {openModelPath} from "../../lib/io/node-file.js";
import {measureTensor} from "../../lib/quant/measure-tensor.js";
import type {ThreadData, ThreadReply, ThreadTask} from "./measure-threads.js";

const {path, formats} = workerData as ThreadData;
const say = (reply: ThreadReply) => parentPort!.postMessage(reply);
// Its files stay open for as long as somebody holds the folder: the thread does until it ends.
const opened = openModelPath(path).then(async (folder) => ({folder, ...(await openTensors(folder))}));

parentPort!.on("message", async ({tensor: name, ...options}: ThreadTask) => {
  try {
    const {tensors} = await opened;
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new Error(`quantize: ${name} is no longer in ${path}`);
    for await (const row of measureTensor(tensor, formats, options)) say({kind: "row", row});
    say({kind: "measured"});
  } catch (error) {
    const {message} = error instanceof Error ? error : new Error(String(error));
    say({kind: "failed", message, isRange: error instanceof RangeError});
  }
});
