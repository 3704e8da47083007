/** Limits of one block of threads and of a whole graphics processor. */
export interface Processor {
  readonly name: string;
  readonly multiprocessors: number;
  /** Bytes of shared memory that one block may ask for. */
  readonly sharedBytes: number;
  /** Registers of a multiprocessor, of 32 bits. */
  readonly registers: number;
  readonly threads: number;
  /** Bytes a second of the memory outside. */
  readonly bandwidth: number;
  readonly source: string;
}

const GUIDE = "CUDA C++ Programming Guide, technical specifications per compute capability";

/** Graphics processors for which tiles are sought. */
export const PROCESSORS = {
  h100: {
    name: "H100 SXM",
    multiprocessors: 132,
    sharedBytes: 232_448,
    registers: 65_536,
    threads: 1024,
    bandwidth: 3.35e12,
    source: `${GUIDE}: 9.0; NVIDIA H100 data sheet`,
  },
  a100: {
    name: "A100 SXM",
    multiprocessors: 108,
    sharedBytes: 166_912,
    registers: 65_536,
    threads: 1024,
    bandwidth: 2.039e12,
    source: `${GUIDE}: 8.0; NVIDIA A100 80GB data sheet`,
  },
  rtx3090: {
    name: "RTX 3090",
    multiprocessors: 82,
    sharedBytes: 101_376,
    registers: 65_536,
    threads: 1024,
    bandwidth: 0.936e12,
    source: `${GUIDE}: 8.6; NVIDIA Ampere GA102 whitepaper`,
  },
} as const satisfies Readonly<Record<string, Processor>>;
