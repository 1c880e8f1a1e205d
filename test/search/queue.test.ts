import { Queue } from 'bullmq';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { describeDataset } from '../../src/data/attach-dataset';
import { identityOf } from '../../src/runs/identity';
import { runOnce } from '../../src/runs/run';
import { parseRunSettings } from '../../src/runs/settings';
import { openStore } from '../../src/runs/store';
import type { FinishedRun } from '../../src/runs/stored-run';
import type { SearchOptions } from '../../src/search/plan';
import { connect } from '../../src/search/queue/connection';
import { joinStudy } from '../../src/search/queue/join-study';
import { prefix, queueName } from '../../src/search/queue/keys';
import { serveQueue, type ServeOptions } from '../../src/search/queue/serve-queue';
import { deleteStudy, listStudies, readStudy } from '../../src/search/queue/studies';
import { studyRecord } from '../../src/search/queue/study-record';
import { search, type Study } from '../../src/search/search';
import { linear, list } from '../../src/search/space';
import { smallDataset, smallSettings } from '../runs/small-dataset';
import { randomDataset } from '../support/random-dataset';
import { freePort, hasRedis, startRedis, type TestRedis } from '../support/redis';

describe.runIf(hasRedis)('a search over a queue', () => {
  const dataset = smallDataset();
  const folder = mkdtempSync(join(tmpdir(), 'clr-lab-queue-'));
  let redis: TestRedis;
  let count = 0;
  const store = () => openStore({ directory: join(folder, String(count++)) });
  beforeAll(async () => void (redis = await startRedis({ password: 'open sesame' })));
  const ending: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ending.splice(0)) await end();
  });
  afterAll(async () => {
    await redis.close();
    dataset.remove();
    rmSync(folder, { recursive: true });
  });

  /** A worker in this process, with threads of its own. */
  const serve = (options: Partial<ServeOptions> = {}) => {
    const [finish, stop] = [new AbortController(), new AbortController()];
    const messages: string[] = [];
    const ended = serveQueue({ queue: redis.url, dataset, store: store(), concurrency: 1, name: 'worker-1', lostAfterSeconds: 1.5, onMessage: (text) => messages.push(text), finish: finish.signal, stop: stop.signal, ...options });
    ended.catch(() => {});
    ending.push(async () => {
      finish.abort();
      await ended.catch(() => {});
    });
    return { messages, ended, finish, stop };
  };
  const options = (study: string): SearchOptions & { messages: string[] } => {
    const messages: string[] = [];
    return { dataset, settings: smallSettings, space: { lambda: linear({ from: 0, to: 0.1, count: 5 }) }, store: store(), queue: redis.url, study, messages, onMessage: (text) => messages.push(text) };
  };
  const finished = async (given: SearchOptions): Promise<Study> => {
    const study = search(given);
    for await (const _ of study);
    return study;
  };
  const long = { ...smallSettings, updates: 1_000_000, measurementsPerEpoch: 1 };
  const until = async (holds: () => boolean | Promise<boolean>) => {
    while (!(await holds())) await delay(10);
  };
  const withClient = async <T>(work: (client: Awaited<ReturnType<typeof connect>>['client']) => Promise<T>): Promise<T> => {
    const connection = await connect(redis.url, { onMessage: () => {} });
    return work(connection.client).finally(connection.close);
  };

  test('gives the table and the runs of a search in this process, and says who trained what', async () => {
    serve();
    serve({ name: 'worker-2' });
    const told = new Map<number, number[]>();
    const given = { ...options('same'), seeds: [1, 2], onMeasurement: (number: number, { update }: { update: number }) => void told.set(number, [...(told.get(number) ?? []), update]) };
    const study = await finished(given);
    const { queue: _queue, study: _study, ...here } = given;
    const embedded = await finished({ ...here, store: store(), workers: 2 });
    const table = ({ trials }: Study) => trials.map(({ stint: _, seconds: _seconds, ...rest }) => rest);
    expect(table(study)).toEqual(table(embedded));
    for (const { number, key, history, stint } of study.trials) {
      const run = (await (given.store as ReturnType<typeof store>).get(key!)) as FinishedRun;
      const alone = await runOnce(run.identity.settings, dataset, { store: false });
      expect(run.model).toEqual(alone.model);
      expect(told.get(number)!.slice(0, history.length)).toEqual(history.map(({ update }) => update)); // each once, in order
      expect(stint!.worker).toMatch(/^worker-[12]$/);
      expect(stint!.to).toBeGreaterThan(stint!.from);
    }
    expect(embedded.trials.every(({ stint }) => /^thread [12]$/.test(stint!.worker))).toBe(true);
    expect(study.running).toEqual([]);
    expect(given.messages.filter((text) => text.includes('sesame'))).toEqual([]);
  });

  test('is joined, left and resumed by its name; its trials go on meanwhile', async () => {
    const [first, second, third] = [options('joined'), options('joined'), options('joined')];
    const left = search(first);
    serve();
    for await (const { state } of left) {
      expect(state).toBe('complete');
      break;
    }
    const [a, b] = await Promise.all([finished(second), finished({ ...third, space: { lambda: linear({ from: 0, to: 0.1, count: 5 }) } })]);
    expect(a.trials).toEqual(b.trials);
    expect(a.trials).toHaveLength(5);
    for (const { store: own } of [second, third]) expect((await (own as ReturnType<typeof store>).list()).map(({ key }) => key).sort()).toEqual(a.trials.map(({ key }) => key).sort());
    // Nobody works any longer: what is known is enough.
    for (const end of ending.splice(0)) await end();
    expect((await finished(options('joined'))).trials).toEqual(a.trials);

    const { trials, dataset: its } = await withClient((client) => readStudy(client, 'joined'));
    expect(its).toEqual({ name: 'synthetic', checksum: dataset.checksum });
    expect(trials.map(({ number, result }) => [number, result?.state, result?.worker])).toEqual([0, 1, 2, 3, 4].map((number) => [number, 'complete', 'worker-1']));
    expect(await withClient(listStudies)).toContainEqual(expect.objectContaining({ name: 'joined', asked: 5, ended: 5 }));
    await withClient((client) => deleteStudy(client, 'joined'));
    await expect(withClient((client) => readStudy(client, 'joined'))).rejects.toThrow(/^there is no study joined; there/);
  });

  test('is another study for whoever has other settings, seeds or data', async () => {
    serve();
    await finished(options('mine'));
    await expect(finished({ ...options('mine'), settings: { ...smallSettings, updates: 200 } })).rejects.toThrow(/^trial 0 of the study mine has other settings: .*"updates":200.* here, .*"updates":100.* there; a study of another name would be right$/);
    await expect(finished({ ...options('mine'), seeds: [7] })).rejects.toThrow('trial 0 of the study mine has other seeds: 7 here, 1 there');
    const other = randomDataset({ recordsPerBatch: 210, width: 48 });
    await expect(finished({ ...options('mine'), dataset: other })).rejects.toThrow(`the study mine is on another data set: synthetic ${dataset.checksum} there, synthetic ${other.checksum} here`);
    other.remove();
  });

  test("takes the first asker's parameters where a sampler would give others", async () => {
    serve();
    const sampler = (lambda: number) => ({ ask: () => ({ lambda }), size: () => 1 });
    const first = await finished({ ...options('first'), sampler: sampler(0.01) });
    expect((await finished({ ...options('first'), sampler: sampler(0.02) })).trials).toEqual(first.trials);
  });

  test('a pruner at the asking side ends a trial at the worker, for all askers', async () => {
    const worker = serve();
    const settings = ({ updates }: Readonly<Record<string, number>>) => ({ ...long, updates });
    const space = { updates: list([100, 1_000_000, 120]) };
    const pruner: SearchOptions['pruner'] = ({ number, values }) => number === 1 && values[values.length - 1].update >= 200;
    const watching = finished({ ...options('pruned'), settings, space });
    const study = await finished({ ...options('pruned'), settings, space, pruner });
    expect(study.trials.map(({ state, reason }) => [state, reason])).toEqual([['complete', undefined], ['pruned', 'ended by the pruner after update 200'], ['complete', undefined]]);
    expect(study.trials[1].history.map(({ update }) => update)).toEqual(Array.from({ length: 11 }, (_, k) => 20 * k));
    expect((await watching).trials.map(({ state, value }) => [state, value])).toEqual(study.trials.map(({ state, value }) => [state, value]));
    worker.finish.abort();
    await worker.ended; // the million updates are not trained to their end
  });

  test('a trial that diverges or cannot be right is a failed trial, as in this process', async () => {
    serve();
    const given = { ...options('failing'), settings: ({ eta, batchSize }: Readonly<Record<string, number>>) => ({ ...smallSettings, batchSize, schedule: { type: 'constant', eta } as const }), space: { eta: list([1e200, 0.01]), batchSize: list([10, 10.5, 1000]) } };
    const { queue: _queue, study: _study, ...here } = given;
    const outcome = ({ trials }: Study) => trials.map(({ number, state, value, reason, history }) => ({ number, state, value, reason, history }));
    expect(outcome(await finished(given))).toEqual(outcome(await finished({ ...here, store: store() })));
  });

  test('a worker that is told to finish ends the trial in hand; told to stop, it gives it back, and a checkpoint stays', async () => {
    const given = { ...options('given-back'), settings: { ...smallSettings, updates: 6000, measurementsPerEpoch: 0.5 }, space: { lambda: list([0, 0.1]) }, workers: 1 };
    const own = store();
    const first = serve({ store: own });
    const study = search(given);
    const ended = study.next();
    await until(() => study.running[0]?.update >= 100);
    expect(study.running).toMatchObject([{ number: 0, worker: 'worker-1' }]);
    first.finish.abort();
    await first.ended;
    expect((await ended).value).toMatchObject({ number: 0, state: 'complete' });

    const second = serve({ store: own, name: 'worker-2' });
    await until(() => study.running[0]?.update >= 100);
    second.stop.abort();
    await second.ended;
    expect(readdirSync(own.directory).filter((name) => name.endsWith('.checkpoint'))).toHaveLength(1);
    serve({ name: 'worker-3' });
    expect((await study.next()).value).toMatchObject({ number: 1, state: 'complete', stint: { worker: 'worker-3' } });
    expect((await study.next()).done).toBe(true);
  });

  describe('those who do not fit', () => {
    test('a worker with another data set is refused, which both sides say', async () => {
      const other = randomDataset({ recordsPerBatch: 210, width: 48 });
      const worker = serve({ dataset: other, name: 'other-data' });
      const controller = new AbortController();
      const given = { ...options('refusing'), signal: controller.signal };
      const study = finished(given);
      study.catch(() => {});
      await until(() => worker.messages.some((text) => text === `the study refusing is refused: its dataset differs from this worker's: synthetic ${dataset.checksum} there, ${other.checksum} here`));
      await until(() => given.messages.some((text) => text === `other-data is refused: the worker's dataset differs from the asker's: synthetic ${other.checksum} there, ${dataset.checksum} here`));
      expect(given.messages.some((text) => text.startsWith(`no worker is there for this data set; the search waits. To start one: npx clr-lab worker --queue redis://127.0.0.1:${redis.port}`))).toBe(true);
      controller.abort();
      await expect(study).rejects.toThrow('abort');
      other.remove();
    });

    test('a worker with other versions or another mathematics gives the trial back and ends', async () => {
      const messages: string[] = [];
      const joined = await joinStudy({ queue: redis.url, study: 'versions', dataset, onMessage: (text) => messages.push(text) });
      const identity = await identityOf(parseRunSettings(smallSettings), dataset.checksum);
      for (const [number, change, message] of [[0, { mathematics: 'newer' }, "the worker's mathematics differ from the asker's"], [1, { versions: { 'onnxruntime-node': '99' } }, `the worker's versions differ from the asker's: ${JSON.stringify(identity.versions)} here, {"onnxruntime-node":"99"} there`]] as const) {
        const running = joined.workers.start({ protocol: 1, identity: { ...identity, ...change }, dataset: describeDataset(dataset), store: null, fresh: false, threads: 1, checkpointEverySeconds: 10, trial: number, sendCheckpoints: false }, () => {});
        await expect(serve({ name: 'other-version' }).ended).rejects.toThrow(message);
        await until(() => messages.some((text) => text.startsWith(`other-version refuses trial ${number}: ${message}`)));
        running.send({ type: 'stop' });
        await joined.tell({ number, parameters: {}, seed: 1, state: 'pruned', value: null, history: [], stint: null, seconds: 0, settings: null, key: null, fromStore: false });
      }
      await joined.leave();
    });
  });

  describe('what somebody else put into Redis', () => {
    test('as a trial is left out, and the worker goes on', async () => {
      const worker = serve();
      await withClient(async (client) => {
        const queue = new Queue(queueName(dataset.checksum), { connection: client, prefix });
        const identity = await identityOf(parseRunSettings(smallSettings), dataset.checksum);
        const order = { protocol: 1, study: 'hostile', number: 0, identity, fresh: false, checkpointEverySeconds: 10 };
        for (const bad of [{}, { ...order, store: '/etc' }, { ...order, study: '../x' }, { ...order, protocol: 2 }, { ...order, identity: { ...identity, settings: { ...identity.settings, layers: '/etc/passwd' } } }]) await queue.add('trial', bad, { removeOnComplete: true });
        await until(() => worker.messages.filter((text) => text.startsWith('a trial in the queue is left out: ')).length === 5);
        await queue.close();
      });
      expect(worker.messages.join('\n')).toContain('the trial in the queue has an unknown key: store');
      expect((await finished(options('hostile'))).trials.map(({ state }) => state)).toEqual(Array(5).fill('complete'));
    });

    test('as a result or a run ends the search with what is wrong, and nothing of it is stored', async () => {
      serve();
      const given = options('forged');
      await finished(given);
      const { results, runs } = studyRecord({} as never, 'forged').keys;
      const damages: [() => Promise<unknown>, string][] = [
        [() => withClient((client) => client.hset(runs, '1', 'no run')), 'what came from the queue as the run'],
        [() => withClient(async (client) => client.hset(runs, '1', (await client.hgetBuffer(runs, '2'))!)), 'the run is not the one that was asked for'],
        [() => withClient((client) => client.hset(results, '1', JSON.stringify({ state: 'complete' }))), 'result.reason is missing'],
      ];
      for (const [damage, message] of damages) {
        await damage();
        const own = store();
        await expect(finished({ ...options('forged'), store: own })).rejects.toThrow(message);
        expect((await own.list()).every(({ identity }) => identity.settings.lambda !== 0.025)).toBe(true);
      }
    });
  });

  describe('Redis', () => {
    test('away and back: askers and workers say so, wait, and go on', async () => {
      const worker = serve();
      const given = options('away');
      const study = search(given);
      await study.next();
      await redis.kill();
      const says = (text: string) => [given.messages, worker.messages].every((messages) => messages.some((message) => message.startsWith(`Redis at redis://127.0.0.1:${redis.port} is ${text}`)));
      await until(() => says('away; waiting for it'));
      await redis.restart();
      await until(() => says('back'));
      for await (const _ of study);
      expect(study.trials.map(({ state }) => state)).toEqual(Array(5).fill('complete'));
    });

    test('away: workers and askers end all the same when they are told to', async () => {
      const [idle, busy] = [serve({ name: 'idle' }), serve({ name: 'busy' })];
      const controller = new AbortController();
      const study = search({ ...options('leaving'), settings: long, space: { lambda: list([0]) }, signal: controller.signal });
      const next = study.next();
      next.catch(() => {});
      await until(() => study.running[0]?.update >= 20);
      await redis.kill();
      await until(() => [idle, busy].every(({ messages }) => messages.some((text) => text.includes('is away'))));
      controller.abort();
      await expect(next).rejects.toThrow('abort');
      for (const { finish, stop, ended } of [idle, busy]) {
        finish.abort();
        stop.abort();
        await ended;
      }
      await redis.restart();
    });

    test('that has lost its last second: what is neither done nor in the queue is asked for again', async () => {
      const given = options('lost');
      const study = finished(given);
      await until(() => withClient(async (client) => (await client.hlen(studyRecord(client, 'lost').keys.asked)) === 5));
      await withClient(async (client) => {
        const lost = await client.keys(`${prefix}:${queueName(dataset.checksum)}*`);
        await client.del(...lost);
      });
      const worker = serve();
      await until(() => worker.messages.some((text) => text.includes('takes trials')));
      await redis.restart();
      expect((await study).trials.map(({ state }) => state)).toEqual(Array(5).fill('complete'));
    });

    test.each<[string, () => string | Promise<string>, string | RegExp]>([
      ['a wrong password', () => redis.url.replace('open%20sesame', 'secret-word'), 'refuses the user or the password'],
      ['no password', () => `redis://127.0.0.1:${redis.port}`, 'refuses the user or the password'],
      ['a port that nobody listens on', async () => `redis://:secret-word@127.0.0.1:${await freePort()}`, '(ECONNREFUSED)'],
      ['a host that is not there', () => 'redis://:secret-word@no-such-host.invalid', /ENOTFOUND|EAI_AGAIN/],
      ['one that never answers', () => `redis://:secret-word@127.0.0.1:${(silent.address() as { port: number }).port}`, 'no answer'],
      ['no Redis', () => `redis://:secret-word@127.0.0.1:${(web.address() as { port: number }).port}`, 'is no Redis'],
      ['no address', () => 'http://:secret-word@127.0.0.1', "the queue's address begins with http://; redis://host:6379"],
      ['no URL', () => 'secret-word', "the queue's address is no URL"],
    ])('at %s: a clear error within 10 s, without the password', async (_what, address, message) => {
      const queue = await address();
      const begun = performance.now();
      const errors = await Promise.all([
        (async () => finished({ ...options('never'), queue }))().catch((error: Error) => error),
        serveQueue({ queue, dataset, store: store(), concurrency: 1, finish: new AbortController().signal, onMessage: () => {} }).catch((error: Error) => error),
      ]);
      expect(performance.now() - begun).toBeLessThan(10_000);
      for (const error of errors) {
        expect(error).toMatchObject({ name: 'QueueError', message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message) });
        const { stack, cause } = error as Error;
        expect(`${stack} ${cause}`).not.toContain('secret-word');
      }
    }, 15_000);

    const sockets = new Set<Socket>();
    const keep = (socket: Socket): void => void sockets.add(socket.on('error', () => {}));
    const silent: Server = createServer(keep);
    const web: Server = createServer((socket) => {
      keep(socket);
      socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    beforeAll(() => Promise.all([silent, web].map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))));
    afterAll(() => {
      for (const socket of sockets) socket.destroy();
      for (const server of [silent, web]) server.close();
    });
  });
});
