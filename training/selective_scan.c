/*
 * The selective scan over whole sequences and its gradients, 16 numbers of state a channel, in float32: what autograd over a
 * loop of small tensors does in many passes over memory, one channel after another with its states in registers.
 *
 * x, delta, y [S, T, D]; B, C [S, T, N]; A [K, D, N], of which sequence s takes s mod K. Gradients of the same shapes; those of
 * A, B and C are added up, so their arrays begin as zeros.
 */
#include <math.h>

#define N 16

void scan_forward(int S, int K, int T, int D, const float *x, const float *delta, const float *A, const float *B,
                  const float *C, float *y) {
  for (int s = 0; s < S; s++)
    for (int d = 0; d < D; d++) {
      const float *a = A + ((long)(s % K) * D + d) * N;
      float h[N] = {0};
      for (int t = 0; t < T; t++) {
        const long at = ((long)s * T + t) * D + d, shared = ((long)s * T + t) * N;
        const float step = delta[at], written = delta[at] * x[at];
        float sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int n = 0; n < N; n++) {
          h[n] = expf(step * a[n]) * h[n] + written * B[shared + n];
          sum += C[shared + n] * h[n];
        }
        y[at] = sum;
      }
    }
}

void scan_backward(int S, int K, int T, int D, const float *x, const float *delta, const float *A, const float *B,
                   const float *C, const float *gy, float *gx, float *gdelta, float *gA, float *gB, float *gC) {
  float states[T + 1][N], decays[T][N];
  for (int s = 0; s < S; s++)
    for (int d = 0; d < D; d++) {
      const long own = ((long)(s % K) * D + d) * N;
      const float *a = A + own;
      for (int n = 0; n < N; n++) states[0][n] = 0;
      for (int t = 0; t < T; t++) {
        const long at = ((long)s * T + t) * D + d, shared = ((long)s * T + t) * N;
        const float step = delta[at], written = delta[at] * x[at];
#pragma omp simd
        for (int n = 0; n < N; n++) {
          decays[t][n] = expf(step * a[n]);
          states[t + 1][n] = decays[t][n] * states[t][n] + written * B[shared + n];
        }
      }
      float gh[N] = {0};
      for (int t = T - 1; t >= 0; t--) {
        const long at = ((long)s * T + t) * D + d, shared = ((long)s * T + t) * N;
        const float step = delta[at], written = delta[at] * x[at], g = gy[at];
        float gwritten = 0, gstep = 0;
#pragma omp simd reduction(+ : gwritten, gstep)
        for (int n = 0; n < N; n++) {
          gC[shared + n] += g * states[t + 1][n];
          gh[n] += g * C[shared + n];
          gB[shared + n] += gh[n] * written;
          gwritten += gh[n] * B[shared + n];
          const float gexponent = gh[n] * states[t][n] * decays[t][n];
          gstep += gexponent * a[n];
          gA[own + n] += gexponent * step;
          gh[n] *= decays[t][n];
        }
        gx[at] = gwritten * step;
        gdelta[at] = gwritten * x[at] + gstep;
      }
    }
}
