import {drawNumbers, matchedTokens} from "../../mixers/kronecker/match-three.js";
import {decide, trainHead} from "../../mixers/kronecker/trained-head.js";
import {documentChange, type PairedTrials} from "../../stats/documents.js";
import type {Interval} from "../../stats/interval.js";
import {randomStream} from "../../tensor/random.js";

/** Lists that both heads decide. */
const LISTS = 100;
const TASK = {modulus: 11, kinds: 4, tokens: 8} as const;
const TRAINING = {width: 8, hidden: 16, steps: 400, batch: 32, learningRate: 0.02} as const;
const SEEDS = [1, 2, 3] as const;

/** Share of numbers that a tensor head decides rightly less that of a softmax head trained alike, paired by list over three seeds. */
export function tripleGap(): Interval & {readonly documents: number} {
  const asked = Array.from({length: LISTS}, (_, n) => drawNumbers(randomStream(n, "lists to decide"), TASK));
  const all = asked.map((): PairedTrials[] => []);
  for (const seed of SEEDS) {
    const [softmax, tensor] = [1, 2].map((lists) =>
      trainHead({...TASK, ...TRAINING, lists}, randomStream(seed, "training")),
    );
    asked.forEach((numbers, n) => {
      const matched = matchedTokens(numbers, TASK.modulus);
      const [theirs, ours] = [softmax, tensor].map((head) => decide(head, numbers, TRAINING.width));
      all[n].push({
        won: matched.filter((label, i) => ours[i] === label && theirs[i] !== label).length,
        lost: matched.filter((label, i) => ours[i] !== label && theirs[i] === label).length,
        trials: matched.length,
      });
    });
  }
  const sum = (trials: readonly PairedTrials[], name: keyof PairedTrials) =>
    trials.reduce((total, each) => total + each[name], 0);
  const paired = all.map((trials) => ({
    won: sum(trials, "won"),
    lost: sum(trials, "lost"),
    trials: sum(trials, "trials"),
  }));
  return {...documentChange(paired), documents: LISTS};
}
