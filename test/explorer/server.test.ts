import { request as httpRequest } from 'node:http';
import { connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job, NetworkView, ServerEvent } from '../../src/explorer/messages';
import { random } from '../../src/random/random';
import { quickSettings, type TestExplorer, testExplorer } from './explorer';

let explorer: TestExplorer;
beforeAll(async () => {
  explorer = await testExplorer();
});
afterAll(() => explorer.close());

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A request as any program could make it: all headers are free. */
function ask({ method = 'GET', path, headers = {}, body }: Asked, port = explorer.server.port): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers: { ...(body !== undefined && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }), ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (data: string) => (text += data)).on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const inside = (path: string) => `/${explorer.server.token}/${path}`;
const run = (settings: object = quickSettings, more: object = {}) => JSON.stringify({ kind: 'run', settings, ...more });
const submit = async (body: string): Promise<Job> => JSON.parse((await ask({ method: 'POST', path: inside('api/jobs'), body })).text) as Job;

/** Reads the stream of events until one fits, and returns all until then. */
function eventsUntil(fits: (event: ServerEvent) => boolean, path = inside('api/events')): Promise<ServerEvent[]> {
  return new Promise((resolve, reject) => {
    const events: ServerEvent[] = [];
    const sent = httpRequest({ host: '127.0.0.1', port: explorer.server.port, path }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (data: string) => {
        text += data;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const message = text.slice(0, end);
          text = text.slice(end + 2);
          if (!message.startsWith('data: ')) continue;
          const event = JSON.parse(message.slice(6)) as ServerEvent;
          events.push(event);
          if (fits(event)) {
            sent.destroy();
            resolve(events);
          }
        }
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

const ended = (id: string) => (event: ServerEvent) => event.type === 'job' && event.job.id === id && ['done', 'failed', 'stopped'].includes(event.job.state);

describe('who is let in', () => {
  it('listens on loopback alone', async () => {
    expect(explorer.server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
    // Were it listening on all addresses, 127.0.0.2 would answer, too.
    await expect(new Promise((resolve, reject) => connect(explorer.server.port, '127.0.0.2').once('connect', resolve).once('error', reject))).rejects.toThrow('ECONNREFUSED');
  });

  const paths = ['', 'app.js', 'alive.gif', 'api/events', 'api/jobs', 'api/views/job-1', `api/runs/${'0'.repeat(64)}/curve`];
  it.each(paths)('refuses /%s without the token, or with another', async (path) => {
    const { token } = explorer.server;
    for (const wrong of [`/${path}`, `/${'x'.repeat(32)}/${path}`, `/${token.slice(0, -1)}/${path}`, `/${token}x/${path}`, `/${token.toUpperCase()}/${path}`]) {
      const { status, text } = await ask({ path: wrong });
      expect([403, 404]).toContain(status);
      expect(text).not.toContain(token);
      expect(status === 403 || wrong !== `/${path}`).toBe(true);
    }
  });

  it('refuses a Host that is not loopback: a name of another site that resolves to it', async () => {
    for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.evil.example', '0.0.0.0', 'localhost:1:2', ' ', '[::1].evil.example']) {
      expect((await ask({ path: inside(''), headers: { host } })).status).toBe(403);
    }
    for (const host of ['localhost', 'LOCALHOST:1234', `127.0.0.1:${explorer.server.port}`, '[::1]:9']) expect((await ask({ path: inside(''), headers: { host } })).status).toBe(200);
  });

  it('refuses other origins and cross-site requests, for reading and for starting', async () => {
    const { port } = explorer.server;
    const host = `127.0.0.1:${port}`;
    const before = (await explorer.store.list()).length;
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' }, { origin: 'null' }, { origin: `http://127.0.0.1:${port + 1}` }, { origin: `http://localhost:${port}` }, { origin: `http://${host}.evil.example` },
      { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      for (const asked of [{ path: inside('api/events') }, { method: 'POST', path: inside('api/jobs'), body: run() }, { method: 'DELETE', path: inside('api/jobs/job-1') }]) {
        const { status, headers: answered } = await ask({ ...asked, headers: { host, ...headers } });
        expect(status).toBe(403);
        expect(answered['access-control-allow-origin']).toBeUndefined();
      }
    }
    expect((await explorer.store.list()).length).toBe(before);
    expect((await ask({ method: 'POST', path: inside('api/jobs/job-9/command'), headers: { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }, body: '{"command":"stop"}' })).status).toBe(400);
  });

  it('answers no preflight request, and takes no forms', async () => {
    expect((await ask({ method: 'OPTIONS', path: inside('api/jobs'), headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } })).status).toBe(403);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      expect((await ask({ method: 'POST', path: inside('api/jobs'), headers: { 'content-type': type }, body: run() })).status).toBeGreaterThanOrEqual(400);
    }
  });

  it('lets no script, frame or address from elsewhere into the page', async () => {
    const { headers } = await ask({ path: inside('') });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'x-frame-options': 'DENY' });
  });

  it('takes the names of a proxy, if it is told', async () => {
    const proxied = await testExplorer({ framed: true, hosts: ['hub.example.org'] });
    try {
      const path = `/${proxied.server.token}/`;
      expect((await ask({ path, headers: { host: 'hub.example.org' } }, proxied.server.port)).status).toBe(200);
      expect((await ask({ path, headers: { host: 'other.example.org' } }, proxied.server.port)).status).toBe(403);
      expect((await ask({ path: `${path}api/jobs/x`, method: 'DELETE', headers: { host: 'hub.example.org', origin: 'https://hub.example.org' } }, proxied.server.port)).status).toBe(400);
      expect((await ask({ path }, proxied.server.port)).headers['content-security-policy']).not.toContain('frame-ancestors');
    } finally {
      await proxied.close();
    }
  });
});

describe('what is asked', () => {
  it.each<[string, object, RegExp]>([
    ['no settings', { settings: undefined }, /settings/],
    ['an unknown key', { settings: { ...quickSettings, colour: 1 } }, /colour/],
    ['a negative lambda', { settings: { ...quickSettings, lambda: -1 } }, /settings\.lambda is -1/],
    ['an eta beyond all bounds', { settings: { ...quickSettings, schedule: { type: 'cyclical', etaMin: 1, etaMax: 0.1, stepSize: 3 } } }, /etaMin/],
    ['layers of other images', { settings: { ...quickSettings, layers: [10, 5, 10] } }, /3072|10 units/],
    ['a batch that is not there', { settings: { ...quickSettings, split: { train: ['batch 9'], validation: ['batch 2'] } } }, /batch 9/],
    ['more images than there are', { settings: { ...quickSettings, take: 301 } }, /301/],
    ['a network that is too wide', { settings: { ...quickSettings, layers: [3072, 1e6, 10] } }, /1000000/],
    ['a run for days', { settings: { ...quickSettings, updates: 1e9 } }, /1000000000/],
    ['measurements without end', { settings: { ...quickSettings, updates: 1e6, measurementsPerEpoch: 100 } }, /measurementsPerEpoch/],
    ['a long name', { name: 'x'.repeat(101) }, /name/],
    ['a sweep without a range', { kind: 'sweep' }, /sweep is missing/],
    ['a range for a run', { sweep: { from: 1, to: 2, count: 3 } }, /sweep/],
    ['a kind that is not there', { kind: 'format-disk' }, /kind/],
  ])('refuses %s, and says what would be right', async (_what, change, says) => {
    const { status, text } = await ask({ method: 'POST', path: inside('api/jobs'), body: JSON.stringify({ kind: 'run', settings: quickSettings, ...change }) });
    expect(status).toBe(400);
    expect((JSON.parse(text) as { error: string }).error).toMatch(says);
  });

  it('refuses bodies that are too large', async () => {
    const body = JSON.stringify({ kind: 'run', name: 'x'.repeat(40_000), settings: quickSettings });
    expect((await ask({ method: 'POST', path: inside('api/jobs'), body })).status).toBe(413);
  });

  it('answers after 1,000 random malformed requests', async () => {
    const draws = random(1, 'malformed requests');
    const bytes = (length: number) => Buffer.from(Array.from({ length }, () => draws.integer(0, 255)));
    const pick = <T>(values: readonly T[]): T => values[draws.integer(0, values.length - 1)];
    const anything = (depth: number): unknown => pick([() => draws.uniform(), () => bytes(6).toString('latin1'), () => null, () => [anything(depth + 1)], () => (depth > 3 ? 1 : { [pick(['kind', 'settings', 'layers', '__proto__', 'sweep', 'name'])]: anything(depth + 1) })])();
    const token = explorer.server.token;
    const malformed = (): Buffer => {
      const body = pick([() => bytes(draws.integer(0, 300)), () => Buffer.from(JSON.stringify({ kind: pick(['run', 'sweep']), settings: anything(0) })), () => Buffer.from(run().slice(0, draws.integer(0, 100)))])();
      const path = pick([`/${token}/api/jobs`, `/${token}/api/jobs/job-1/command`, `/${token}/api/runs/..%2f..%2fetc`, `/${token}/%`, `/${token}/../../etc/passwd`, `/${bytes(8).toString('hex')}`]);
      const head = `${pick(['POST', 'PATCH', 'DELETE', 'GET', 'BREW'])} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${pick([body.length, body.length, 3, 1e12, -1])}\r\nConnection: close\r\n\r\n`;
      return pick([() => Buffer.concat([Buffer.from(head), body]), () => bytes(draws.integer(1, 200)), () => Buffer.from(head.slice(0, draws.integer(1, head.length)))])();
    };
    const send = (data: Buffer) => new Promise<void>((resolve) => {
      const socket = connect(explorer.server.port, '127.0.0.1', () => socket.end(data));
      socket.on('error', () => {}).on('data', () => {}).on('close', () => resolve());
      setTimeout(() => socket.destroy(), 500);
    });
    for (let i = 0; i < 50; i++) await Promise.all(Array.from({ length: 20 }, () => send(malformed())));
    expect((await ask({ path: inside('') })).status).toBe(200);
    expect(await explorer.store.list()).toEqual([]);
  });

  it('keeps the address of a broken request to itself', async () => {
    const { text } = await ask({ path: '/%zz' });
    expect(text).not.toMatch(/node_modules|at /);
  });
});

describe('runs', () => {
  it('trains in a worker, tells the curves, and stores the run', async () => {
    const told = eventsUntil(ended('job-1'));
    const job = await submit(run(quickSettings, { name: '<b>first</b>' }));
    const events = await told;
    expect(job).toMatchObject({ id: 'job-1', kind: 'run', updates: 60, updatesPerEpoch: 6 });
    expect(events[0].type).toBe('state');
    const points = events.flatMap((event) => (event.type === 'points' ? event.full : []));
    const live = events.flatMap((event) => (event.type === 'points' ? event.live : []));
    const [stored] = await explorer.store.list();
    expect(points.map(([update]) => update)).toEqual(stored.history.map(({ update }) => update));
    expect(points.at(-1)![7]).toBeCloseTo(stored.history.at(-1)!.validation.accuracy, 6);
    expect(live.length).toBeGreaterThan(0);
    const runs = events.flatMap((event) => (event.type === 'runs' ? [event.runs] : [])).at(-1)!;
    expect(runs[0]).toMatchObject({ key: stored.key, name: '<b>first</b>', sameData: true });
    expect(JSON.parse((await ask({ path: inside(`api/runs/${stored.key}/curve`) })).text)).toEqual({ full: points, live: [] });
  });

  it('shows what the network sees: the same for the job and for the stored run', async () => {
    const [{ key }] = await explorer.store.list();
    const [ofJob, ofRun] = await Promise.all(['job-1', key].map(async (id) => JSON.parse((await ask({ path: inside(`api/views/${id}`) })).text) as NetworkView));
    expect(ofJob).toEqual(ofRun);
    expect(ofJob).toMatchObject({ update: 60, units: 20, unitsInAll: 20 });
    expect(ofJob.confusion.flat().reduce((a, b) => a + b)).toBe(300);
    expect(Buffer.from(ofJob.weights, 'base64')).toHaveLength(20 * 3072);
    expect(Buffer.from(ofJob.images, 'base64')).toHaveLength(ofJob.mostWrong.length * 3072);
    for (const { row, label, predicted } of ofJob.mostWrong) {
      expect(explorer.dataset.labels[row]).toBe(label);
      expect(predicted).not.toBe(label);
    }
  });

  it('queues, pauses, resumes and stops; a new page is told the curve so far', async () => {
    const long = { ...quickSettings, schedule: { type: 'constant', eta: 0.001 }, updates: 500_000, measurementsPerEpoch: 0.01 };
    const { id } = await submit(run(long));
    const second = await submit(run({ ...quickSettings, seed: 2 }));
    expect(second.state).toBe('queued');
    await eventsUntil((event) => event.type === 'points' && event.id === id);
    const command = (which: string, what: string) => ask({ method: 'POST', path: inside(`api/jobs/${which}/command`), body: JSON.stringify({ command: what }) });
    // A page that comes after the halt is told of it by the state of all things.
    const isPaused = eventsUntil((event) => (event.type === 'state' ? event.jobs : event.type === 'job' ? [event.job] : []).some(({ state }) => state === 'paused'));
    expect((await command(id, 'pause')).status).toBe(200);
    await isPaused;
    const pausedAt = async () => {
      const [state] = await eventsUntil(({ type }) => type === 'state');
      return state.type === 'state' ? state.curves[id].full.length + state.curves[id].live.length : NaN;
    };
    const before = await pausedAt();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(before).toBeGreaterThan(0);
    expect(await pausedAt()).toBe(before);
    const grows = eventsUntil((event) => event.type === 'points' && event.id === id);
    await command(id, 'resume');
    await grows;
    const secondEnds = eventsUntil(ended(second.id));
    await command(id, 'stop');
    const events = await secondEnds;
    expect(events).toContainEqual(expect.objectContaining({ type: 'job', job: expect.objectContaining({ id, state: 'stopped' }) as unknown }));
    expect((await command(id, 'pause')).status).toBe(400);
    expect(await explorer.store.list()).toHaveLength(2);
    expect((await ask({ method: 'DELETE', path: inside(`api/jobs/${id}`) })).status).toBe(200);
    expect((await command(id, 'stop')).status).toBe(400);
  });

  it('renames and deletes runs', async () => {
    const [{ key }] = await explorer.store.list();
    expect((await ask({ method: 'PATCH', path: inside(`api/runs/${key}`), body: '{"name":"a name"}' })).status).toBe(200);
    expect((await ask({ method: 'PATCH', path: inside(`api/runs/${'0'.repeat(64)}`), body: '{"name":"a name"}' })).status).toBe(400);
    expect((await ask({ method: 'DELETE', path: inside(`api/runs/${key}`) })).status).toBe(200);
    expect((await ask({ method: 'DELETE', path: inside(`api/runs/${key}`) })).status).toBe(404);
    expect((await ask({ method: 'DELETE', path: inside('api/runs/..%2Fx') })).status).toBe(404);
    expect(await explorer.store.list()).toHaveLength(1);
  });

  it('searches for lambda', async () => {
    const { id } = await submit(JSON.stringify({ kind: 'sweep', settings: quickSettings, sweep: { from: 1e-4, to: 1e-2, count: 3 } }));
    const events = await eventsUntil(ended(id));
    const jobs = events.flatMap((event) => (event.type === 'job' && event.job.id === id ? [event.job] : []));
    expect(jobs.at(-1)!.trials!.map(({ state, parameters }) => [state, parameters.lambda])).toEqual([['complete', 1e-4], ['complete', expect.closeTo(1e-3, 9)], ['complete', 1e-2]]);
    expect(await explorer.store.list()).toHaveLength(4);
  });

  it('ends at once, with its port and its worker, while it trains', async () => {
    const other = await testExplorer();
    const { port, token } = other.server;
    await ask({ method: 'POST', path: `/${token}/api/jobs`, body: run({ ...quickSettings, updates: 500_000, measurementsPerEpoch: 0.01 }) }, port);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const started = performance.now();
    await other.close();
    expect(performance.now() - started).toBeLessThan(3000);
    // The port is free again.
    await new Promise<void>((resolve, reject) => {
      const server = createServer().once('error', reject).listen(port, '127.0.0.1', () => server.close(() => resolve()));
    });
  });
});
