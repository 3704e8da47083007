import {facesOf, rotation, type Shot} from "./mesh-shot.js";

const VERTEX = `
attribute vec3 position;
attribute vec3 normal;
uniform mat3 turn;
varying vec3 facing;
void main() {
  vec3 seen = turn * position;
  facing = turn * normal;
  gl_Position = vec4(1.2 * seen.x, 1.2 * seen.y, -0.5 * seen.z, 1.0);
}`;
const FRAGMENT = `
precision mediump float;
uniform vec3 colour;
varying vec3 facing;
void main() {
  vec3 n = normalize(facing);
  float light = abs(dot(n, normalize(vec3(0.35, 0.55, 0.75))));
  gl_FragColor = vec4(mix(0.5 * colour, mix(colour, vec3(1.0), 0.4), light), 1.0);
}`;

/**
 * What draws meshes on a canvas by WebGL; undefined where the browser has none that is fast. A browser has only a few contexts: a
 * canvas keeps its own for as long as it lives.
 */
export function meshRenderer(canvas: HTMLCanvasElement): ((shot: Shot) => void) | undefined {
  const gl = canvas.getContext("webgl", {failIfMajorPerformanceCaveat: true});
  const program = gl && programOf(gl);
  return gl && program ? (shot) => render(gl, program, shot) : undefined;
}

function programOf(gl: WebGLRenderingContext): WebGLProgram | null {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(kind);
    if (shader === null) return null;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : null;
}

function render(gl: WebGLRenderingContext, program: WebGLProgram, {mesh, turn, colour, size}: Shot): void {
  gl.viewport(0, 0, size, size);
  gl.clearColor(0, 0, 0, 0);
  gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  gl.enable(gl.DEPTH_TEST);
  gl.useProgram(program);
  const {corners, normals} = facesOf(mesh);
  const buffers = [bind(gl, program, "position", corners), bind(gl, program, "normal", normals)];
  gl.uniformMatrix3fv(gl.getUniformLocation(program, "turn"), false, rotation(turn));
  gl.uniform3fv(gl.getUniformLocation(program, "colour"), [...colour]);
  gl.drawArrays(gl.TRIANGLES, 0, corners.length / 3);
  for (const buffer of buffers) gl.deleteBuffer(buffer);
}

function bind(gl: WebGLRenderingContext, program: WebGLProgram, name: string, data: Float32Array) {
  const buffer = gl.createBuffer();
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.bufferData(gl.ARRAY_BUFFER, data, gl.STREAM_DRAW);
  const place = gl.getAttribLocation(program, name);
  gl.enableVertexAttribArray(place);
  gl.vertexAttribPointer(place, 3, gl.FLOAT, false, 0, 0);
  return buffer;
}
