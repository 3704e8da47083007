import type {Kernel} from "../kernel.js";

/** A way in which a kernel can be almost right. */
export interface BugClass {
  readonly id: string;
  readonly label: string;
  /** Kernels with one mistake each, of a kernel whose loops are unrolled; some may do the same as the kernel. */
  mutants(kernel: Kernel): Kernel[];
}
