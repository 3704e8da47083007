"""LAPACK's full singular value decomposition through numpy, float64, one thread: a peer of the SVD contests.

    python3 bench/numpy_svd.py ROWS COLUMNS

Prints its name with the version, then decomposes the matrix once for every line that it reads, and prints one.
"""

import os
import sys

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np


def main():
    rows, columns = map(int, sys.argv[1:])
    random = np.random.default_rng(1)
    # The singular values of the contest's matrix, about.
    decay = np.arange(1, columns + 1) ** -0.75
    matrix = random.standard_normal((rows, columns)) * decay
    u, s, vt = np.linalg.svd(matrix, full_matrices=False)
    assert np.allclose(u[:64] * s @ vt, matrix[:64])
    print(f"LAPACK, full, numpy {np.__version__}", flush=True)
    for _ in sys.stdin:
        np.linalg.svd(matrix, full_matrices=False)
        print(flush=True)


main()
