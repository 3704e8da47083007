/**
 * Refuses anything but an integer of at least `min`.
 * @throws RangeError `<who>: <what> must be an integer of at least <min>, got <value>`
 */
export function requireInteger(who: string, what: string, value: unknown, min: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < min) {
    throw new RangeError(`${who}: ${what} must be an integer of at least ${min}, got ${value}`);
  }
}

/**
 * Refuses anything but a finite number above 0.
 * @throws RangeError `<who>: <what> must be a finite number above 0, got <value>`
 */
export function requirePositive(who: string, what: string, value: unknown): void {
  if (typeof value !== "number" || !Number.isFinite(value) || value <= 0) {
    throw new RangeError(`${who}: ${what} must be a finite number above 0, got ${value}`);
  }
}

/** Refuses anything but a finite number of at least 0. @throws RangeError naming the parameter and the value. */
export function requireNonNegative(who: string, what: string, value: unknown): void {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
    throw new RangeError(`${who}: ${what} must be a finite number of at least 0, got ${value}`);
  }
}
