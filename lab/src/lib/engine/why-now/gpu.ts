/**
 * What the graphics processor does in a second, with a product of matrices written for it by hand: maru has no WebGPU
 * device yet. Tiles of 16 by 16 are copied to memory that the threads of a group share.
 */
const N = 1024;
const TILE = 16;
const PRODUCT = `
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> c: array<f32>;
var<workgroup> left: array<f32, ${TILE * TILE}>;
var<workgroup> right: array<f32, ${TILE * TILE}>;
@compute @workgroup_size(${TILE}, ${TILE})
fn product(@builtin(global_invocation_id) at: vec3u, @builtin(local_invocation_id) here: vec3u) {
  let place = here.y * ${TILE}u + here.x;
  var sum = 0.0;
  for (var k = 0u; k < ${N}u; k += ${TILE}u) {
    left[place] = a[at.y * ${N}u + k + here.x];
    right[place] = b[(k + here.y) * ${N}u + at.x];
    workgroupBarrier();
    for (var i = 0u; i < ${TILE}u; i++) { sum += left[here.y * ${TILE}u + i] * right[i * ${TILE}u + here.x]; }
    workgroupBarrier();
  }
  c[at.y * ${N}u + at.x] = sum;
}`;

/** As much of WebGPU's types as is used; they are in no library that is here. */
// biome-ignore lint/suspicious/noExplicitAny: a page's GPU has no declarations in TypeScript's own libraries yet
type Gpu = any;

/** Floating-point operations in a second, in thousands of millions; 0 where there is no WebGPU, or it computes wrongly. */
export async function gpuRate(seconds: number): Promise<number> {
  const gpu: Gpu = (navigator as unknown as { gpu?: Gpu }).gpu;
  const adapter = await gpu?.requestAdapter().catch(() => null);
  if (adapter === null || adapter === undefined) return 0;
  const device: Gpu = await adapter.requestDevice();
  try {
    return await measured(device, seconds);
  } finally {
    device.destroy();
  }
}

async function measured(device: Gpu, seconds: number): Promise<number> {
  // STORAGE | COPY_DST, STORAGE | COPY_SRC, MAP_READ | COPY_DST.
  const [WRITTEN, RESULT, READ] = [0x80 | 0x8, 0x80 | 0x4, 0x1 | 0x8];
  const size = N * N * 4;
  const [a, b] = [0, 1].map(() => device.createBuffer({ size, usage: WRITTEN }));
  const c = device.createBuffer({ size, usage: RESULT });
  // Row i of the left is i mod 7 everywhere and the right is 1/N everywhere, so row i of the product is i mod 7.
  device.queue.writeBuffer(
    a,
    0,
    Float32Array.from({ length: N * N }, (_, i) => Math.floor(i / N) % 7),
  );
  device.queue.writeBuffer(b, 0, new Float32Array(N * N).fill(1 / N));
  const pipeline = await device.createComputePipelineAsync({
    layout: "auto",
    compute: { module: device.createShaderModule({ code: PRODUCT }), entryPoint: "product" },
  });
  const entries = [a, b, c].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const run = async (times: number): Promise<number> => {
    const encoder = device.createCommandEncoder();
    for (let i = 0; i < times; i++) {
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(N / TILE, N / TILE);
      pass.end();
    }
    const started = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - started) / 1000;
  };
  const once = await run(1);
  // The first run warms up; a processor that only pretends to be for graphics is not asked twice.
  const times = Math.max(1, Math.min(200, Math.floor(seconds / Math.max(once, 1e-4))));
  const spent = times === 1 ? once : await run(times);

  const read = device.createBuffer({ size, usage: READ });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(c, 0, read, 0, size);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(1);
  const product = new Float32Array(read.getMappedRange());
  const right = [0, 5, 6, 7, N - 1].every((row) => Math.abs(product[row * N + 3]! - (row % 7)) < 1e-3);
  return right ? (2 * N ** 3 * times) / spent / 1e9 : 0;
}
