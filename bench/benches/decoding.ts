import type {DecodingMethod, DecodingModels} from "../../src/lib/decoding/method.js";
import {decodingMethods} from "../../src/lib/decoding/registry.js";
import {
  DRAFT_NEEDS,
  draftModels,
  PAPERS_SUBSTITUTE,
} from "../../src/lib/experiments/decoding/draft-models.js";
import {draftPrompts} from "../../src/lib/experiments/decoding/draft-rounds.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import type {Contest, Sides} from "../harness/contest.js";
import {benchData} from "../harness/data.js";

const [PROMPT, TOKENS] = [128, 64];

const texts = (method: DecodingMethod, models: DecodingModels, prompts: readonly number[][]) =>
  prompts.map((prompt) => {
    const goal = {tokens: TOKENS, random: randomStream(1, "bench/decoding")};
    return [...method.rounds(models, prompt, {}, goal)].flatMap(({written}) => written);
  });

async function sides({id, ...facts}: DecodingMethod): Promise<Sides> {
  const method = {id, ...facts};
  const opened = await draftModels(await benchData(DRAFT_NEEDS), PAPERS_SUBSTITUTE);
  const models = await opened.of(method);
  const prompts = draftPrompts(1, "tasks").slice(0, 2);
  const ours = () => texts(method, models, prompts);
  const plain = () => texts(decodingMethods.byId("plain"), {target: opened.target}, prompts);
  const isSame = JSON.stringify(ours()) === JSON.stringify(plain());
  if (method.lossless === true && !isSame) throw new Error(`decoding-${id}: the texts must be the same`);
  return {work: prompts.length * TOKENS, ours, peers: [{name: "plain decoding", run: plain}]};
}

/** Milliseconds of a token, the reading of the prompt among them, by each decoding method at its defaults. */
export const decodings: readonly Contest[] = decodingMethods.all
  .filter(({id}) => id !== "plain")
  .map((method) => ({
    name: `decoding-${method.id}`,
    title: `${method.label}: a token of ${TOKENS} after ${PROMPT}, decoder-large`,
    unit: "ms",
    samples: 15,
    prepare: () => sides(method),
  }));
