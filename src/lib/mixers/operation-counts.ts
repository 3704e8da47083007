/** Arithmetic that an algorithm did, counted where it was done. */
export interface OperationCounts {
  multiplications: number;
  additions: number;
  divisions: number;
  exponentials: number;
}

/** Counts of nothing done yet. */
export const noOperations = (): OperationCounts => ({
  multiplications: 0,
  additions: 0,
  divisions: 0,
  exponentials: 0,
});

/** Adds products of two numbers that are summed: each is a multiplication and an addition. */
export function countProducts(counts: OperationCounts, products: number): void {
  counts.multiplications += products;
  counts.additions += products;
}

/** All of them together. */
export const allOperations = ({
  multiplications,
  additions,
  divisions,
  exponentials,
}: OperationCounts): number => multiplications + additions + divisions + exponentials;
