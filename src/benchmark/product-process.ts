import { hostTensor } from '../network/host-tensor';
import { onnxEngine } from '../engine/onnx/onnx-engine';
import { random } from '../random/random';
import { answerQuestions } from './asked-process';

/** Products in one call of ONNX Runtime: what the call itself costs disappears among them. */
const PRODUCTS = 4;

/** How fast ONNX Runtime multiplies single-precision matrices: answers "SIZE SECONDS" with { rate: operations per second }. */
async function main(): Promise<void> {
  const engine = onnxEngine({ threads: Number(process.argv[2]) });
  await answerQuestions(engine.description, async (question) => {
    const [size, seconds] = question.split(' ').map(Number);
    const draws = random(1, 'matrix product');
    const matrix = () => hostTensor([size, size], Float32Array.from({ length: size * size }, () => draws.normal() / Math.sqrt(size))); // products keep its size
    const program = await engine.compile({
      name: 'matrix product',
      inputs: { A: { type: 'float', shape: [size, size] }, B: { type: 'float', shape: [size, size] }, steps: { type: 'float', shape: ['steps'] } },
      constants: {},
      compute: (algebra, { A, B, steps }) => algebra.scan({ A }, { steps }, (state) => ({ state: { A: algebra.matmul(state.A, B) }, outputs: {} })).state,
    });
    const inputs = { A: matrix(), B: matrix(), steps: hostTensor([PRODUCTS], new Float32Array(PRODUCTS)) };
    await program.run(inputs);
    const times: number[] = [];
    for (const begun = performance.now(); performance.now() - begun < 1000 * seconds; ) {
      const called = performance.now();
      await program.run(inputs);
      times.push((performance.now() - called) / 1000);
    }
    await program.dispose();
    times.sort((a, b) => a - b);
    return { rate: (PRODUCTS * 2 * size ** 3) / times[times.length >> 1] };
  });
}

void main();
