/** Rates of a machine. */
export interface MachineRates {
  readonly bytesPerSecond: number;
  readonly operationsPerSecond: number;
}

/**
 * Seconds of a pass over so many inputs: the longer of reading all weights once and of a multiplication and an addition for
 * each weight and input. It leaves out attention, the cache and launches.
 * @param weightBytes bytes of a weight
 */
export function passSecondsOf(
  inputs: number,
  {weights, weightBytes}: {readonly weights: number; readonly weightBytes: number},
  {bytesPerSecond, operationsPerSecond}: MachineRates,
): number {
  const reading = (weights * weightBytes) / bytesPerSecond;
  const computing = (2 * weights * inputs) / operationsPerSecond;
  return Math.max(reading, computing);
}
