import {expect} from "vitest";
import {loadTensors} from "../../src/data/data-sets.js";
import {classify, visionMamba} from "../../src/lib/engine/vision/vision-mamba.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {picture} from "../../src/lib/tasks/pictures/picture.js";
import {pictureCardOf} from "./cards/pictures.js";

/** Names the first pictures of the test split again. */
export async function countPicturesAgain(name: string): Promise<void> {
  const {firstRight, test} = pictureCardOf(name);
  const tensors = await loadTensors(`src/data/models/${name}/model.safetensors`);
  const model = visionMamba(tensors, await wasmBackend());
  const right = firstRight.map((_, index) => {
    const {label, pixels} = picture("test", index);
    const logits = classify(model, pixels);
    return logits.every((logit) => logit <= logits[label]);
  });
  expect(right).toEqual(firstRight);
  expect(right.length).toBeLessThanOrEqual(test.pictures);
}
