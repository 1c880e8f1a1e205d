import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const library = join(__dirname, '..', '..', 'dist', 'index.js');
const program = `
  const { openEngine } = require(${JSON.stringify(library)});
  openEngine({ name: 'onnx' })
    .then((engine) => engine.compile({ name: 'sum', inputs: { x: { type: 'float', shape: [2] } }, constants: {}, compute: (A, { x }) => ({ sum: A.sum(x) }) }))
    .then((ready) => ready.run({ x: { shape: [2], data: Float32Array.of(1, 2) } }))
    .then(({ sum }) => console.log(sum.data[0]));
`;

test('ONNX Runtime leaves no files of its own and asks for no network', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clr-lab-telemetry-'));
  const [home, temporary] = ['home', 'tmp'].map((name) => join(folder, name));
  [home, temporary].forEach((path) => mkdirSync(path));
  // As for a user: without CI and the like, which would silence the library by themselves.
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: temporary };
  const output = execFileSync(process.execPath, ['-e', program], { env, encoding: 'utf8' });
  const left = [...readdirSync(home), ...readdirSync(temporary)];
  rmSync(folder, { recursive: true });
  expect(output.trim()).toBe('3');
  expect(left).toEqual([]);
});
