import {requireInteger} from "../../tensor/require.js";

/**
 * Labels that codes learn from, made of attention itself: in each row of scores [rows, columns] the `alike` largest are 1, the
 * `alike` smallest -1 and the others 0. (EcoFormer, arXiv:2209.09004, section 3.3)
 * @throws RangeError unless both groups fit into a row.
 */
export function similarityLabels(scores: Float64Array, columns: number, alike: number): Int8Array {
  requireInteger("similarityLabels", "columns", columns, 2);
  requireInteger("similarityLabels", "alike", alike, 1, Math.floor(columns / 2));
  const labels = new Int8Array(scores.length);
  for (let start = 0; start < scores.length; start += columns) {
    const order = Array.from({length: columns}, (_, j) => j).sort(
      (a, b) => scores[start + b] - scores[start + a] || a - b,
    );
    for (const j of order.slice(0, alike)) labels[start + j] = 1;
    for (const j of order.slice(-alike)) labels[start + j] = -1;
  }
  return labels;
}

/**
 * Agreement of codes with labels: the mean of label · (product of the codes / bits) over the labels that are not 0, from
 * -1 to 1; chance gives 0.
 */
export function labelAgreement(labels: Int8Array, rows: Int8Array, columns: Int8Array, bits: number): number {
  const count = columns.length / bits;
  let [sum, known] = [0, 0];
  labels.forEach((label, at) => {
    if (label === 0) return;
    known += 1;
    sum += (label * codeProduct(rows, Math.floor(at / count), columns, at % count, bits)) / bits;
  });
  return sum / known;
}

/** Product of row i of codes and row j of others: bits - 2 · Hamming distance. */
export function codeProduct(a: Int8Array, i: number, b: Int8Array, j: number, bits: number): number {
  let sum = 0;
  for (let r = 0; r < bits; r++) sum += a[i * bits + r] * b[j * bits + r];
  return sum;
}
