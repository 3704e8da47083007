/** A kernel to test: the right one. Its variables are as wide as its results need, and no wider. */
export interface KernelRecord {
  readonly id: string;
  readonly label: string;
  /** Its text, which `readKernel` reads. */
  readonly text: string;
}
