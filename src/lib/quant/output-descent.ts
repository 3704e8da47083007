/** Descent on the squared output error of a row of weights, for methods that learn which codes to take. */

/** H d into `into`, half the slope of the output error d^T H d, which is returned; H is [n, n], row-major and symmetric. */
export function outputSlopes(h: Float64Array, d: Float64Array, into: Float64Array): number {
  const n = d.length;
  let error = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += h[i * n + j] * d[j];
    into[i] = sum;
    error += sum * d[i];
  }
  return error;
}

/** Steps of Adam for as many numbers: moves `x` in place against `gradient`, by about `rate` each. (arXiv 1412.6980) */
export function adam(count: number): (x: Float64Array, gradient: Float64Array, rate: number) => void {
  const [momentum, power] = [new Float64Array(count), new Float64Array(count)];
  let step = 0;
  return (x, gradient, rate) => {
    step++;
    const [unbiased, unbiasedPower] = [1 - 0.9 ** step, 1 - 0.99 ** step];
    for (let i = 0; i < count; i++) {
      momentum[i] = 0.9 * momentum[i] + 0.1 * gradient[i];
      power[i] = 0.99 * power[i] + 0.01 * gradient[i] * gradient[i];
      x[i] -= (rate * (momentum[i] / unbiased)) / (Math.sqrt(power[i] / unbiasedPower) + 1e-12);
    }
  };
}
