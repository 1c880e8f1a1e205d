import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { type RunIdentity, identityOf } from '../../src/runs/identity';
import { parseRunSettings } from '../../src/runs/settings';
import type { StoredRun } from '../../src/runs/stored-run';
import { openStore } from '../../src/runs/store';
import { runOnce } from '../../src/runs/run';
import { backOff } from '../../src/search/queue/connection';
import { defaultQueue, parseAddress } from '../../src/search/queue/address';
import { packRun, unpackRun } from '../../src/search/queue/packed-run';
import { parseAskedTrial, parseOrder, parseStudyDescription, parseTrialEvent, parseTrialResult, parseWorkerDescription } from '../../src/search/queue/records';
import { smallDataset, smallSettings } from '../runs/small-dataset';

let identity: RunIdentity;
let run: StoredRun;
beforeAll(async () => {
  const dataset = smallDataset();
  const store = openStore({ directory: `${dataset.pixels.path}-runs` });
  identity = await identityOf(parseRunSettings(smallSettings), dataset.checksum);
  run = (await store.get((await runOnce(smallSettings, dataset, { store })).key))!;
  dataset.remove();
});

const result = { state: 'complete', reason: null, history: [], seconds: 1, engine: 'ONNX Runtime', fromStore: false, worker: 'host-1/2', from: 1, to: 2 };
const order = () => ({ protocol: 1, study: 'a.b-c_9', number: 3, identity, fresh: false, checkpointEverySeconds: 10 });

describe('records in Redis', () => {
  const parsers = [parseAskedTrial, parseOrder, parseStudyDescription, parseTrialEvent, parseTrialResult, parseWorkerDescription];

  test('are read as they were written', () => {
    for (const [parse, value] of [
      [parseOrder, order()], [parseAskedTrial, { parameters: { lambda: 0.1 }, seed: 1, identity }], [parseTrialResult, result], [parseTrialEvent, { type: 'ended' }],
      [parseStudyDescription, { format: 1, name: 'x', created: '2026-11-24T10:32:50.029Z', dataset: { name: 'cifar10', checksum: 'abc' } }],
      [parseWorkerDescription, { name: 'host-1', protocol: 1, concurrency: 2, dataset: { name: 'cifar10', checksum: 'abc' } }],
    ] as const) {
      expect(parse(JSON.stringify(value))).toEqual(value);
      expect(parse(value)).toEqual(value);
    }
  });

  test.each<[string, () => unknown, string]>([
    ['a path', () => ({ ...order(), store: '/etc' }), 'the trial in the queue has an unknown key: store'],
    ['a name of a study with other characters', () => ({ ...order(), study: '../../x' }), 'the trial in the queue.study is "../../x"'],
    ['another protocol', () => ({ ...order(), protocol: 2 }), "the trial in the queue.protocol is 2; 1, the version of this worker's protocol, would be right"],
    ['settings that cannot be', () => ({ ...order(), identity: { ...identity, settings: { ...identity.settings, batchSize: '1' } } }), 'settings.batchSize is "1"'],
    ['a negative number', () => ({ ...order(), number: -1 }), 'the trial in the queue.number is -1; a whole number, 0 or more, would be right'],
  ])('a trial with %s is refused', (_what, value, message) => {
    expect(() => parseOrder(value())).toThrow(message);
  });

  test('text that is shown has no control characters, which a terminal would obey', () => {
    expect(parseTrialResult({ ...result, state: 'failed', reason: 'a\u001b[2Jb\nc' }).reason).toBe('a [2Jb c');
    expect(() => parseTrialResult({ ...result, worker: 'a\u001b[2J' })).toThrow('result.worker is');
  });

  test('anything else is refused with a RangeError', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string(), fc.jsonValue()), (value) => {
      for (const parse of parsers) expect(() => parse(value)).toThrow(RangeError);
    }));
  });
});

describe('a run as bytes', () => {
  test('comes back as it was', () => {
    expect(unpackRun(packRun(run), identity)).toEqual(run);
    expect(() => unpackRun(packRun(run), { ...identity, dataset: 'other' })).toThrow('the run is not the one that was asked for');
  });

  test('is taken whole and of the right shapes, or not at all', () => {
    if (run.outcome !== 'finished') throw new Error('the run diverged');
    const { model } = run;
    const changed = (parameters: typeof model.parameters) => packRun({ ...run, model: { ...model, parameters } } as StoredRun);
    const { W1, ...rest } = model.parameters;
    expect(() => unpackRun(changed(rest), identity)).toThrow("the run's parameters have the shapes");
    expect(() => unpackRun(changed({ ...rest, W1: { ...W1, shape: [...W1.shape].reverse() } }), identity)).toThrow("the run's parameters have the shapes");
    expect(() => unpackRun(changed({ ...rest, W1: { ...W1, data: Float64Array.from(W1.data) } }), identity)).toThrow("the run's parameters are not all of float32");
    expect(() => unpackRun(packRun({ ...run, model: { ...model, standardiser: { ...model.standardiser, mean: new Float64Array(3) } } } as StoredRun), identity)).toThrow('standardiser');
  });

  test('cut off or with other bytes in its header it is refused with an Error', () => {
    const bytes = packRun(run);
    fc.assert(fc.property(fc.nat({ max: bytes.length - 1 }), (length) => {
      expect(() => unpackRun(bytes.subarray(0, length), identity)).toThrow(Error);
    }));
    fc.assert(fc.property(fc.nat({ max: 300 }), fc.integer({ min: 1, max: 255 }), (place, change) => {
      const other = Uint8Array.from(bytes);
      other[place] ^= change;
      let read: StoredRun | undefined;
      try {
        read = unpackRun(other, identity);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
      if (read) expect(read.identity).toEqual(identity);
    }));
  });
});

describe('the address of a queue', () => {
  test.each([
    ['redis://127.0.0.1:7000', 'redis://127.0.0.1:7000', { host: '127.0.0.1', port: 7000, db: 0 }],
    ['redis://localhost', 'redis://localhost:6379', { host: 'localhost', port: 6379, db: 0 }],
    ['redis://:p%40ss@host/2', 'redis://host:6379/2', { host: 'host', port: 6379, db: 2, password: 'p@ss' }],
    ['rediss://user:secret@[::1]:6380', 'rediss://[::1]:6380', { host: '::1', port: 6380, db: 0, username: 'user', password: 'secret', tls: {} }],
  ])('%s', (url, shown, options) => {
    expect(parseAddress(url)).toEqual({ shown, options });
  });

  test('is that of the environment unless one is given', () => {
    expect(defaultQueue({ CLR_LAB_QUEUE: 'redis://elsewhere' })).toBe('redis://elsewhere');
    expect(defaultQueue({})).toBe('redis://127.0.0.1:6379');
  });

  test('is never repeated where it is none', () => {
    for (const [url, message] of [['secret', 'no URL'], ['http://secret@x', 'begins with http://'], ['redis://secret@x/name', 'ends in /name']] as const) {
      expect(() => parseAddress(url)).toThrow(message);
      expect(() => parseAddress(url)).not.toThrow('secret');
    }
  });
});

test('the pauses before connecting again are doubled up to 5 s', () => {
  expect([1, 2, 3, 6, 7, 100].map(backOff)).toEqual([100, 200, 400, 3200, 5000, 5000]);
});

test('the library loads neither BullMQ nor its client before a queue is used', () => {
  const code = "require('./dist/index.js'); console.log(Object.keys(require.cache).filter((file) => /bullmq|ioredis/.test(file)).length)";
  expect(spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' }).stdout).toBe('0\n');
});
