import {exp4} from "../shared/exp";

/** gate = gate * sigmoid(gate) * up, in place, for n values rounded up to 4. */
export function siluGate(gate: usize, up: usize, n: i32): void {
  const one = f32x4.splat(1);
  const end = gate + ((<usize>n) << 2);
  while (gate < end) {
    const g = v128.load(gate);
    const silu = f32x4.div(g, f32x4.add(one, exp4(f32x4.neg(g))));
    v128.store(gate, f32x4.mul(silu, v128.load(up)));
    gate += 16;
    up += 16;
  }
}
