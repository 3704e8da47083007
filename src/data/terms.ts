/** A term of the field, defined in a sentence or two. */
export interface Term {
  readonly name: string;
  /** Other spellings that prose and searches use. */
  readonly also?: readonly string[];
  readonly is: string;
}

/** Terms that pages use and no registry holds, in alphabetical order. */
export const TERMS: readonly Term[] = [
  {
    name: "activation",
    also: ["activations"],
    is: "A value that flows through a model while it computes, as opposed to a weight, which is fixed after training.",
  },
  {
    name: "arithmetic intensity",
    is: "Operations for each byte that is read or written. It decides on which side of a roofline an operator stands.",
  },
  {
    name: "attention sink",
    also: ["attention sinks", "sinks"],
    is: "One of the first tokens of a text, on which a model puts attention that it does not need elsewhere. Evicting it breaks large models.",
  },
  {
    name: "block scale",
    also: ["block scales"],
    is: "A scale that a few neighbouring values share, 16 or 32 in the block formats of this site. Its bits count for each of them.",
  },
  {
    name: "calibration",
    is: "A run of a model on sample texts, before quantization, to fix ranges, scales or roundings.",
  },
  {
    name: "Chamfer distance",
    is: "How far apart two shapes are: the distance from points on the surface of each to the nearest point of the other, averaged. Definitions differ between papers, so each number must name its own.",
  },
  {
    name: "codebook",
    also: ["codebooks"],
    is: "The list of values that the codes of a format can stand for, before they are scaled.",
  },
  {
    name: "cross-layer sharing",
    is: "Keys and values of several layers stored together: as one copy, or as a basis in common and factors of each layer.",
  },
  {
    name: "decode",
    also: ["decoding"],
    is: "The phase in which a model writes: one token at a time, reading all weights and the whole cache for each.",
  },
  {
    name: "differential test",
    also: ["differential tests", "differential testing"],
    is: "A test that runs two programs on the same input and compares what they give, such as a kernel and its plain definition.",
  },
  {
    name: "draft model",
    also: ["drafts", "drafting"],
    is: "The cheap model, or part of the model, that guesses the next tokens in speculative decoding.",
  },
  {
    name: "dyadic number",
    is: "An integer over a power of two. Multiplying by it takes an integer product and a shift to the right, so that a layer in integers needs no float for its scales.",
  },
  {
    name: "eviction",
    is: "Tokens are removed from the cache for good; memory is freed, and later queries cannot see them.",
  },
  {
    name: "F-score",
    is: "The share of points of two surfaces that have a point of the other within a threshold, as the harmonic mean of both directions.",
  },
  {
    name: "Fisher matrix",
    is: "The second derivative of the KL divergence of a model from itself, by its weights. It tells how far a small change of the weights moves the predictions.",
  },
  {
    name: "fitted levels",
    also: ["Lloyd-Max"],
    is: "Levels of least squared error for given values, each the mean of the values nearest to it; found by the rounds of Lloyd and Max, which are k-means of numbers.",
  },
  {
    name: "GEMM",
    is: "A product of two matrices, as in reading a prompt. With one row it is a GEMV, as in writing a token.",
  },
  {
    name: "GQA",
    also: ["grouped-query attention"],
    is: "Grouped-query attention: several query heads share one head of keys and values, so the cache is that much smaller.",
  },
  {
    name: "Hadamard rotation",
    also: ["Hadamard transform"],
    is: "Multiplication by an orthogonal matrix of entries +1 and -1, scaled. It spreads a large value over all channels and is undone by the next weights.",
  },
  {
    name: "KL divergence",
    is: "Distance from the next-token distribution of a changed model to that of the original, in nats; 0 if they are the same.",
  },
  {
    name: "KV cache",
    also: ["KV caches", "KV-cache"],
    is: "The keys and values of all tokens read so far, in every layer. It grows with the text, and all of it is read for every new token.",
  },
  {
    name: "masked diffusion model",
    also: ["masked diffusion", "masked diffusion language model"],
    is: "A language model that predicts all masked words of a text at once, from both sides, and writes by filling in some of them in each pass.",
  },
  {
    name: "matmul",
    is: "A matrix multiplication; most of the arithmetic of a model.",
  },
  {
    name: "memory-bound",
    also: ["bound by memory", "compute-bound", "bound by compute"],
    is: "Limited by the bytes that are moved, not by arithmetic; compute-bound is the other case.",
  },
  {
    name: "mesh",
    also: ["meshes"],
    is: "A surface made of triangles: a list of vertices in space, and for each triangle the three vertices that it joins.",
  },
  {
    name: "MLA",
    also: ["latent attention", "multi-head latent attention"],
    is: "Multi-head latent attention: one small latent a token is cached in place of keys and values, which are computed from it.",
  },
  {
    name: "mutant",
    also: ["mutants"],
    is: "A copy of a program with one small mistake made on purpose. The share of mutants that tests find says how good the tests are. One that does the same as the program for every input is equivalent, and no mistake.",
  },
  {
    name: "offloading",
    also: ["offloaded"],
    is: "Weights that do not fit the accelerator's memory stay in main memory or on disk and are copied for every pass.",
  },
  {
    name: "outlier",
    also: ["outliers", "outlier channels"],
    is: "A value far larger than its neighbours. It stretches their shared scale and so makes all of them coarser.",
  },
  {
    name: "oracle",
    is: "A policy that knows the true attention scores before it chooses. No method can, so it is an upper bound.",
  },
  {
    name: "Pareto front",
    also: ["Pareto fronts"],
    is: "The choices that no other choice beats in both cost and quality.",
  },
  {
    name: "perplexity",
    is: "The exponential of the mean negative log-likelihood of a token: the number of equally likely next tokens that would be as surprising.",
  },
  {
    name: "prefill",
    is: "The phase in which a model reads its prompt: all tokens at once, so that arithmetic is the limit.",
  },
  {
    name: "prefix code",
    also: ["prefix codes", "Huffman code", "Huffman's code"],
    is: "Codes of several lengths of which none begins as another does, so that a reader knows where each ends. Huffman's is the one of least length on average.",
  },
  {
    name: "PTQ",
    also: ["post-training quantization"],
    is: "Post-training quantization: a trained model is brought to fewer bits without training it again.",
  },
  {
    name: "rank",
    also: ["low rank"],
    is: "The number of independent directions in a matrix. A matrix of low rank is stored as a few numbers for each row and a basis that all rows share.",
  },
  {
    name: "retrieval accuracy",
    is: "The share of questions about facts in the text that a model answers right.",
  },
  {
    name: "roofline",
    is: "The two limits of a machine over arithmetic intensity: bandwidth as a slope, peak arithmetic as a ceiling.",
  },
  {
    name: "RoPE",
    is: "Rotary position embedding: queries and keys are rotated by an angle that grows with their position.",
  },
  {
    name: "scan",
    is: "The recurrence of a state-space model: the state after a token is the decayed state before it plus a term of the token.",
  },
  {
    name: "selection",
    is: "The keys that a policy lets a query read. The others stay in memory.",
  },
  {
    name: "slice",
    also: ["slices"],
    is: "A part of an accelerator with registers and multipliers of its own, which computes its share of a product.",
  },
  {
    name: "sparse reads",
    also: ["sparse attention"],
    is: "A query reads some keys and values of the cache and leaves out the rest, which stays in memory.",
  },
  {
    name: "speculative decoding",
    is: "A cheap draft guesses several tokens and the model verifies them in one pass. It keeps those that it would have written itself, so its text does not change.",
  },
  {
    name: "SQNR",
    also: ["signal-to-noise ratio"],
    is: "Signal-to-quantization-noise ratio in decibels: the power of the values over the power of their error. Six decibels are half the error.",
  },
  {
    name: "state-space model",
    also: ["state-space models", "SSM"],
    is: "A model that carries a state of fixed size from token to token in place of a cache that grows, such as Mamba.",
  },
  {
    name: "stochastic rounding",
    is: "Rounding up or down by chance, in proportion to the distance, so that the mean of many roundings is the number itself.",
  },
  {
    name: "systolic array",
    also: ["systolic arrays"],
    is: "A grid of multipliers that pass numbers to their neighbours once a cycle, so that each number is fetched once and used many times.",
  },
  {
    name: "TPOT",
    also: ["time per output token"],
    is: "Time per output token: seconds between two tokens while a model writes.",
  },
  {
    name: "TTFT",
    also: ["time to first token"],
    is: "Time to first token: seconds from a prompt to the first token of the answer.",
  },
  {
    name: "twin",
    is: "A copy of a model with rescaled channels: it computes the same, and has the outliers of larger models.",
  },
  {
    name: "W4A16",
    also: ["W4A8", "W8A8"],
    is: "Bits of weights and of activations: W4A16 has weights in 4 bits and activations in 16, W8A8 both in 8.",
  },
];
