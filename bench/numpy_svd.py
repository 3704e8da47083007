"""Times LAPACK's full singular value decomposition through numpy, float64, one thread: the peer of the SVD contests.

    python3 bench/numpy_svd.py ROWS COLUMNS SAMPLES

Prints a line of JSON: the name with versions, and the seconds of each sample after one that does not count.
"""

import json
import os
import sys
import time

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np


def main():
    rows, columns, samples = map(int, sys.argv[1:])
    random = np.random.default_rng(1)
    # The singular values of the contest's matrix, about.
    decay = np.arange(1, columns + 1) ** -0.75
    matrix = random.standard_normal((rows, columns)) * decay
    seconds = []
    for _ in range(samples + 1):
        start = time.perf_counter()
        u, s, vt = np.linalg.svd(matrix, full_matrices=False)
        seconds.append(time.perf_counter() - start)
    assert np.allclose(u[:64] * s @ vt, matrix[:64])
    print(json.dumps({"name": f"LAPACK, full, numpy {np.__version__}", "seconds": seconds[1:]}))


main()
