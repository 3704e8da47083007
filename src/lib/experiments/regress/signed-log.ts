/** A logarithm for numbers of any sign: that of one more than the magnitude. */
export const signedLog = (value: number): number => Math.sign(value) * Math.log10(1 + Math.abs(value));

/** The number whose {@link signedLog} is given. */
export const fromSignedLog = (log: number): number => Math.sign(log) * (10 ** Math.abs(log) - 1);
