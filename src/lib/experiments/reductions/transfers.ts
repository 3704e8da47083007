import {
  type AttentionHead,
  attentionLowerBound,
  flashTransfers,
  fusedAttention,
  fusedRowElements,
  tiledAttention,
  tiledTransfers,
} from "../../accel/attention-io.js";
import {experiment} from "../../experiment/experiment.js";
import {randomStream} from "../../tensor/random.js";

/** Sizes of fast memory, in squares of the head size. */
const MEMORIES = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16] as const;

/** Words that attention moves through a fast memory, counted while it runs. */
export const transfers = experiment({
  id: "reductions/transfers",
  title: "What attention has to move",
  question: "How many numbers must attention move through a fast memory, and which order moves least?",
  source: "The I/O Complexity of Attention, arXiv:2402.07443; FlashAttention, arXiv:2205.14135",
  params: {
    tokens: {kind: "integer", label: "Tokens", min: 16, max: 256, log: true, default: 192},
    width: {kind: "choice", label: "Head size", options: [16, 32, 64], default: 32},
    memories: {
      kind: "choices",
      label: "Fast memory, in squares of the head size",
      options: MEMORIES,
      default: [...MEMORIES],
    },
  },
  columns: {
    order: {type: "string", label: "Order"},
    tokens: {type: "integer", label: "Tokens"},
    width: {type: "integer", label: "Head size"},
    memory: {type: "integer", label: "Fast memory", unit: "numbers"},
    squares: {type: "number", label: "Fast memory in squares of the head size"},
    moved: {type: "integer", label: "Numbers moved, counted", provenance: "measured", nullable: true},
    formula: {type: "number", label: "Numbers moved, by formula", provenance: "modelled"},
  },
  needs: [],
  sweep: [{}, {width: 16}],
  async run({tokens, width, memories}, {progress}) {
    const head = randomHead(tokens, width);
    const rows = [];
    for (const [n, squares] of memories.entries()) {
      await progress(n / memories.length);
      const memory = Math.round(squares * width ** 2);
      const shared = {tokens, width, memory, squares, provenance: "measured" as const};
      rows.push({
        ...shared,
        order: "products in tiles",
        moved: tiledAttention(head, memory).transfers.total,
        formula: tiledTransfers(tokens, width, memory).total,
      });
      // A row of queries and one of keys must fit.
      if (memory >= fusedRowElements(width)) {
        rows.push({
          ...shared,
          order: "fused, scores never leave",
          moved: fusedAttention(head, memory).transfers.total,
          formula: flashTransfers(tokens, width, memory).total,
        });
      }
      rows.push({
        ...shared,
        order: "order of the least possible",
        moved: null,
        formula: attentionLowerBound(tokens, width, memory),
        provenance: "modelled" as const,
      });
    }
    return rows;
  },
});

function randomHead(tokens: number, columns: number): AttentionHead {
  const stream = randomStream(0, "heads of reductions");
  const matrix = () => ({
    columns,
    data: Float64Array.from({length: tokens * columns}, () => stream.normal()),
  });
  return {q: matrix(), k: matrix(), v: matrix()};
}
