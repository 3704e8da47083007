"""PyTorch on the CPU, one thread, float32: a peer of the scan contests.

    python3 bench/pytorch_scan.py selective L D N
    python3 bench/pytorch_scan.py ssd L HEADS HEAD_DIM N CHUNK

Both follow the published algorithms with plain tensor operations, as the reference code of Mamba and Mamba2 does: the
selective scan as a loop over tokens with the decays of all tokens made beforehand (arXiv 2312.00752, algorithm 2), the
state-space dual layer in chunks (arXiv 2405.21060, section 6). Prints its name with the version, then runs once for
every line that it reads, and prints one.
"""

import sys

import torch
import torch.nn.functional as F


def selective_scan(u, delta, A, B, C):
    """u, delta [D, L], A [D, N], B, C [N, L]: y [D, L]."""
    delta = F.softplus(delta)
    # Time first: each step then reads one run of memory, which is the faster of the two layouts.
    decay = torch.exp(torch.einsum("dl,dn->ldn", delta, A))
    drive = torch.einsum("dl,nl,dl->ldn", delta, B, u)
    h = torch.zeros_like(A)
    ys = []
    for t in range(u.shape[1]):
        h = decay[t] * h + drive[t]
        ys.append(h @ C[:, t])
    return torch.stack(ys, dim=1)


def segment_sums(a):
    """a [..., Q]: the sums over j < k <= i, [..., Q, Q]; -inf above the diagonal."""
    Q = a.shape[-1]
    wide = a.unsqueeze(-1).expand(*a.shape, Q)
    below = torch.tril(torch.ones(Q, Q, dtype=torch.bool), diagonal=-1)
    sums = torch.cumsum(wide.masked_fill(~below, 0), dim=-2)
    return sums.masked_fill(~torch.tril(torch.ones(Q, Q, dtype=torch.bool)), -torch.inf)


def ssd_chunked(x, dt, A, B, C, chunk):
    """x [L, H, P], dt [L, H], A [H], B, C [L, N], shared by all heads: y [L, H, P]."""
    L, H, P = x.shape
    c = L // chunk
    X = (x * dt.unsqueeze(-1)).view(c, chunk, H, P)
    a = (dt * A).view(c, chunk, H).permute(2, 0, 1)
    B, C = B.view(c, chunk, -1), C.view(c, chunk, -1)
    total = torch.cumsum(a, dim=-1)
    within = torch.exp(segment_sums(a))
    scores = torch.einsum("cin,cjn->cij", C, B)
    y = torch.einsum("hcij,cjhp->cihp", within * scores, X)
    left = torch.exp(total[..., -1:] - total)
    made = torch.einsum("cjn,cjhp->chpn", B, X * left.permute(1, 2, 0).unsqueeze(-1))
    between = torch.exp(segment_sums(F.pad(total[..., -1], (1, 0))))
    entering = torch.einsum("hzc,chpn->zhpn", between, torch.cat([torch.zeros_like(made[:1]), made]))[:-1]
    carried = torch.einsum("cin,chpn->cihp", C, entering) * torch.exp(total).permute(1, 2, 0).unsqueeze(-1)
    return (y + carried).reshape(L, H, P)


def ssd_recurrence(x, dt, A, B, C):
    """The same layer token by token: what the chunked form is held against."""
    h = torch.zeros(x.shape[1], x.shape[2], B.shape[1])
    ys = []
    for t in range(x.shape[0]):
        drive = torch.einsum("h,hp,n->hpn", dt[t], x[t], B[t])
        h = torch.exp(dt[t] * A)[:, None, None] * h + drive
        ys.append(h @ C[t])
    return torch.stack(ys)


def selective_contest(L, D, N):
    A = -torch.arange(1, N + 1).float().repeat(D, 1)
    inputs = torch.randn(D, L), torch.randn(D, L) - 3, A, torch.randn(N, L), torch.randn(N, L)
    return lambda: selective_scan(*inputs)


def ssd_contest(L, H, P, N, chunk):
    A = -16 * torch.rand(H)
    inputs = torch.randn(L, H, P), 0.1 * torch.rand(L, H), A, torch.randn(L, N), torch.randn(L, N)
    short = [part if part is A else part[: 4 * chunk] for part in inputs]
    torch.testing.assert_close(ssd_chunked(*short, chunk), ssd_recurrence(*short), rtol=1e-4, atol=1e-3)
    return lambda: ssd_chunked(*inputs, chunk)


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    run = {"selective": selective_contest, "ssd": ssd_contest}[sys.argv[1]](*map(int, sys.argv[2:]))
    run()
    print(f"PyTorch {torch.__version__}, CPU", flush=True)
    for _ in sys.stdin:
        run()
        print(flush=True)


with torch.no_grad():
    main()
