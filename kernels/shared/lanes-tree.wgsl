// Lanes of a workgroup, and their sums and largest numbers, on any adapter: halves are added to halves.

struct Place {
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
}

var<workgroup> partial: array<vec4<f32>, LANES>;

fn sumOver(value: vec4<f32>, at: Place) -> vec4<f32> {
  partial[at.lane] = value;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (at.lane < half) { partial[at.lane] += partial[at.lane + half]; }
    workgroupBarrier();
  }
  let sum = partial[0];
  workgroupBarrier();
  return sum;
}

fn maxOver(value: vec4<f32>, at: Place) -> vec4<f32> {
  partial[at.lane] = value;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (at.lane < half) { partial[at.lane] = max(partial[at.lane], partial[at.lane + half]); }
    workgroupBarrier();
  }
  let top = partial[0];
  workgroupBarrier();
  return top;
}
