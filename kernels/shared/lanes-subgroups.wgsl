// The same where the adapter adds the lanes of a subgroup in one instruction: what is left is one number of each.

struct Place {
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(num_subgroups) subgroups: u32,
  @builtin(subgroup_invocation_id) within: u32,
}

var<workgroup> partial: array<vec4<f32>, LANES>;

fn sumOver(value: vec4<f32>, at: Place) -> vec4<f32> {
  let own = subgroupAdd(value);
  if (at.within == 0u) { partial[at.subgroup] = own; }
  workgroupBarrier();
  var sum = partial[0];
  for (var i = 1u; i < at.subgroups; i++) { sum += partial[i]; }
  workgroupBarrier();
  return sum;
}

fn maxOver(value: vec4<f32>, at: Place) -> vec4<f32> {
  let own = subgroupMax(value);
  if (at.within == 0u) { partial[at.subgroup] = own; }
  workgroupBarrier();
  var top = partial[0];
  for (var i = 1u; i < at.subgroups; i++) { top = max(top, partial[i]); }
  workgroupBarrier();
  return top;
}
