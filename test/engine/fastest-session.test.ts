import { expect, test } from 'vitest';
import { fastestSession } from '../../src/engine/onnx/fastest-session';
import { hostTensor, type HostTensors } from '../../src/network/host-tensor';

/** Two sessions on a clock that only they move: a call takes so many milliseconds per unit of work. `called` tells which one had each call. */
function timed(speeds: [number, number]) {
  const called: number[] = [];
  let [clock, crowded] = [0, false];
  const session = (which: number) => ({
    async run({ rows }: HostTensors) {
      called.push(which);
      clock += speeds[which] * rows.shape[0];
      return { rows };
    },
    release: async () => {},
  });
  const fastest = fastestSession([session(0), session(1)], { workOf: ({ rows }) => rows.shape[0], crowded: () => crowded, now: () => clock });
  return {
    /** The sessions that these calls, of different lengths, went to. */
    async calls(count: number): Promise<number[]> {
      const before = called.length;
      for (let n = 0; n < count; n++) await fastest.run({ rows: hostTensor([1 + (n % 7)], new Int32Array(1 + (n % 7))) });
      return called.slice(before);
    },
    setCrowded: (value: boolean) => void (crowded = value),
  };
}

const share = (calls: readonly number[], which: number) => calls.filter((each) => each === which).length / calls.length;

test.each([0, 1])('session %i is the faster one: it gets nearly all calls, the other one fewer and fewer', async (fast) => {
  const { calls } = timed(fast === 0 ? [1, 2] : [2, 1]);
  expect(new Set(await calls(8))).toEqual(new Set([0, 1]));
  expect(share(await calls(500), fast)).toBeGreaterThan(0.97);
  expect(share(await calls(5000), fast)).toBeGreaterThan(0.998);
});

test('changes over when the other one becomes the faster one', async () => {
  const speeds: [number, number] = [1, 2];
  const { calls } = timed(speeds);
  await calls(200);
  speeds[0] = 4; // slower than the other one was when it was tried last: tried again at once
  expect(share(await calls(20), 1)).toBeGreaterThan(0.8);
  speeds[0] = 1; // faster again, which only a trial can tell
  await calls(120);
  expect(share(await calls(100), 0)).toBeGreaterThan(0.95);
});

test('where the cores have other work, the first one gets all calls, and nothing is learnt from them', async () => {
  const { calls, setCrowded } = timed([2, 1]);
  await calls(10);
  setCrowded(true);
  expect(share(await calls(200), 0)).toBe(1);
  setCrowded(false);
  expect(share(await calls(20), 1)).toBe(1);
});
