// Packages that ship a mesh bring no types.

declare module "bunny" {
  const mesh: {readonly positions: number[][]; readonly cells: number[][]};
  export default mesh;
}

declare module "teapot" {
  const mesh: {readonly positions: number[][]; readonly cells: number[][]};
  export default mesh;
}
