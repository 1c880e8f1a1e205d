import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KernelClient, printed } from './kernel-client';

describe('the kernel over its sockets', () => {
  let kernel: KernelClient;
  beforeAll(async () => {
    kernel = await KernelClient.start();
  }, 60_000);
  afterAll(() => kernel?.stop());

  test('says what it is', async () => {
    const { reply } = await kernel.ask('kernel_info_request', {});
    expect(reply.content).toMatchObject({ status: 'ok', protocol_version: '5.3', language_info: { name: 'typescript', file_extension: '.ts' } });
  });

  test('publishes the input and the value of the last expression, and counts', async () => {
    const first = await kernel.run('const answer = 6 * 7;\nanswer');
    const second = await kernel.run('answer + 1');
    const results = [first, second].map(({ published }) => published.find(({ header }) => header.msg_type === 'execute_result')!.content);
    expect(results.map(({ data }) => data)).toEqual([{ 'text/plain': '42' }, { 'text/plain': '43' }]);
    expect(second.reply.content['execution_count']).toBe((first.reply.content['execution_count'] as number) + 1);
    expect(first.published.map(({ header }) => header.msg_type)).toEqual(['status', 'execute_input', 'execute_result', 'status']);
  });

  test.each([
    ['a throw', 'const before = 1;\nthrow new RangeError("eta is -1")', 'RangeError', 'eta is -1'],
    ['a rejected promise', '\nawait Promise.reject(new RangeError("eta is -2"))', 'RangeError', 'eta is -2'],
    ['a type error', 'const n: number = 1;\nconst s: string = n;', 'TypeScriptError', 'TS2322'],
    ['a syntax error', 'const n = 1;\nconst = 3;', 'TypeScriptError', 'line 2:'],
    ['a thrown string', 'await 1;\nthrow "a string"', 'Thrown', 'a string'],
  ])('%s is an error message and an error reply', async (_, code, ename, evalue) => {
    const { published, reply } = await kernel.run(code);
    const error = published.find(({ header }) => header.msg_type === 'error')!.content;
    expect(error['ename']).toBe(ename);
    expect(error['evalue']).toContain(evalue);
    expect(reply.content).toMatchObject({ status: 'error', ...error });
  });

  test('the traceback shows the line of the cell, and nothing of the machinery', async () => {
    await kernel.run('interface Unused { a: number }\n\nfunction inner(n: number): never {\n  throw new TypeError(`no ${n}`);\n}');
    const { reply } = await kernel.run('const n = 2;\n\nawait null;\ninner(n);');
    const traceback = (reply.content['traceback'] as string[]).join('\n');
    expect(traceback).toContain('> 4 |   throw new TypeError(`no ${n}`);');
    expect(traceback).toMatch(/TypeError: no 2\n {4}at cell \[\d+\], line 4 in inner\n {4}at cell \[\d+\], line 4$/);
  });

  test('types are strict', async () => {
    const implicit = await kernel.run('const f = (x) => x;');
    const nullable = await kernel.run('const m = new Map<string, number>();\nm.get("a").toFixed();');
    expect(implicit.reply.content['evalue']).toContain('TS7006');
    expect(nullable.reply.content['evalue']).toMatch(/possibly 'undefined'/);
  });

  test('awaits at the top level, in `for await` too, and knows what Node 20 has', async () => {
    const code = `const counts: number[] = [];
      for await (const n of (async function* () { yield 2; yield 1; })()) counts.push(n);
      console.log(counts.toSorted(), counts.findLast((n) => n > 0), structuredClone({ a: 1 }), typeof fetch);`;
    expect(printed(await kernel.run(code))).toBe("[ 1, 2 ] 1 { a: 1 } function\n");
  });

  test('imports the library and the project\'s packages in a folder far from the project', async () => {
    const code = `import { currentSignal, type Measurement } from 'clr-lab';
      import * as tf from '@tensorflow/tfjs';
      import type { Data } from 'plotly.js-dist';
      import { newDisplay } from 'tslab';
      const none: Measurement[] = [];
      const trace: Data = { type: 'scatter', y: [1] };
      const tensor = tf.tensor1d([1, 2]);
      console.log(tensor.shape, currentSignal() instanceof AbortSignal, none.length, trace.type, typeof newDisplay);`;
    const answer = await kernel.run(code);
    expect(answer.reply.content).toMatchObject({ status: 'ok' });
    expect(printed(answer)).toBe('[ 2 ] true 0 scatter function\n');
    // The types of a former cell's variables are still known, also those the library does not name itself.
    expect((await kernel.run('const shape: string = tensor.shape')).reply.content['evalue']).toContain('[number]');
  });

  test('uses the variables of earlier cells wherever a name can stand', async () => {
    await kernel.run('let rate = 1; let size = 2; const run = { rate: 5, inner: { size: 6 } };');
    const answer = await kernel.run(`const short = { rate, size };
      const { rate: r, inner: { size: s } } = run;
      ({ rate, inner: { size } } = run);
      const f = () => ({ rate, run: { ...run } });
      console.log(JSON.stringify([short, r, s, rate, size, f()]));
      ({ size = 9 } = {} as { size?: number });`);
    expect(answer.reply.content).toMatchObject({ status: 'ok' });
    expect(JSON.parse(printed(answer))).toEqual([{ rate: 1, size: 2 }, 5, 6, 5, 6, { rate: 5, run: { rate: 5, inner: { size: 6 } } }]);
    expect(printed(await kernel.run('console.log(size, rate)'))).toBe('9 5\n');
  });

  test('functions of a cell see what later cells assign to its variables', async () => {
    await kernel.run('let on = true, [low, { high }] = [1, { high: 2 }];\nlet counter = 0;\nconst read = () => [on, low, high, counter].join();\nconst count = () => ++counter;');
    await kernel.run('on = false; low = 7; high++; counter += 10;');
    expect(printed(await kernel.run('count(); console.log(read(), counter)'))).toBe('false,7,3,11 11\n');
    // A variable of the same name, declared anew, is another one.
    expect(printed(await kernel.run('let on = "new"; on = "newer"; console.log(on, read())'))).toBe('newer false,7,3,11\n');
  });

  test('10,000 lines arrive in order, on both streams', async () => {
    const answer = await kernel.run('for (let i = 0; i < 10_000; i++) console.log(i);\nfor (let i = 0; i < 5_000; i++) console.error(i);');
    const lines = (count: number) => Array.from({ length: count }, (_, i) => `${i}\n`).join('');
    expect(printed(answer)).toBe(lines(10_000));
    expect(printed(answer, 'stderr')).toBe(lines(5_000));
  });

  test('10 MB in one cell arrive whole, and thousands of displays', async () => {
    const answer = await kernel.run('for (let i = 0; i < 100; i++) process.stdout.write(String(i % 10).repeat(100_000));');
    expect(printed(answer)).toBe(Array.from({ length: 100 }, (_, i) => String(i % 10).repeat(100_000)).join(''));
    const { published } = await kernel.run('import { display } from "tslab";\nfor (let i = 0; i < 3000; i++) display.text(String(i));');
    const shown = published.filter(({ header }) => header.msg_type === 'display_data').map(({ content }) => (content['data'] as Record<string, string>)['text/plain']);
    expect(shown).toEqual(Array.from({ length: 3000 }, (_, i) => String(i)));
  });

  test('streams and displays keep their order, and a character may come in two parts', async () => {
    const code = `import { display } from 'tslab';
      const [a, b] = [Buffer.from('η').subarray(0, 1), Buffer.from('η').subarray(1)];
      process.stdout.write('1'); process.stderr.write('2'); display.text('3'); process.stdout.write(a); process.stdout.write(b);
      await new Promise((done) => process.stdout.write('5', done as () => void));`;
    const { published } = await kernel.run(code);
    const shown = published.map(({ content }) => content['text'] ?? (content['data'] as Record<string, string> | undefined)?.['text/plain']);
    expect(shown.filter((text) => text !== undefined).slice(0, 4)).toEqual(['1', '2', '3', 'η5']);
  });

  describe('what was queued when a cell failed', () => {
    test('is aborted, and what is sent later runs', async () => {
      const ids = [await kernel.execute('await new Promise((done) => setTimeout(done, 100)); throw new Error("first")'), await kernel.execute('1'), await kernel.execute('2')];
      const statuses = (await Promise.all(ids.map((id) => kernel.answer(id)))).map(({ reply }) => reply.content['status']);
      expect(statuses).toEqual(['error', 'aborted', 'aborted']);
      // At once, with no pause.
      expect((await kernel.run('3')).reply.content['status']).toBe('ok');
    });

    test('is aborted after a cell that never awaited', async () => {
      const ids = [await kernel.execute('const end = Date.now() + 200; while (Date.now() < end); throw new Error("busy")'), await kernel.execute('1')];
      const [, second] = await Promise.all(ids.map((id) => kernel.answer(id)));
      expect(second!.reply.content['status']).toBe('aborted');
    });
  });

  describe('interrupt', () => {
    const interrupts: [string, () => unknown][] = [
      ['by signal', () => kernel.process.kill('SIGINT')],
      ['by message', () => kernel.ask('interrupt_request', {}, { control: true, withPublished: false })],
    ];
    test.each(interrupts)('%s ends an awaiting loop within 300 ms, and keeps what was computed', async (_, interrupt) => {
      await kernel.run('const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));');
      const id = await kernel.execute('let steps = 0;\nconsole.log("started");\nwhile (true) { await sleep(5); steps++; console.log("step", steps); }');
      await kernel.until(() => kernel.of(id).find(({ content }) => String(content['text']).includes('step 3')));
      const start = performance.now();
      interrupt();
      const { reply } = await kernel.answer(id);
      expect(performance.now() - start).toBeLessThan(300);
      expect(reply.content).toMatchObject({ status: 'error', ename: 'Interrupted' });
      // The loop still runs on, but its prints appear nowhere.
      const later = await kernel.run('const seen: number = steps; await sleep(100); console.log(seen >= 3, steps > seen)');
      expect(printed(later)).toBe('true true\n');
    });

    test('aborts the current signal, and a cell that heeds it can end in its own way', async () => {
      const id = await kernel.execute(`import { currentSignal } from 'clr-lab';
        const history: number[] = [];
        console.log('started');
        while (!currentSignal()!.aborted) { await sleep(20); history.push(history.length); }
        const stoppedCleanly = true;`);
      await kernel.until(() => kernel.of(id).find(({ header }) => header.msg_type === 'stream'));
      await delay(60);
      kernel.process.kill('SIGINT');
      expect((await kernel.answer(id)).reply.content['ename']).toBe('Interrupted');
      expect(printed(await kernel.run('console.log(stoppedCleanly, history.length >= 2, currentSignal()!.aborted)'))).toBe('true true false\n');
    });

    test.runIf(process.platform !== 'win32')('by signal ends a loop that never awaits', async () => {
      const id = await kernel.execute('console.log("started"); while (true);');
      await kernel.until(() => kernel.of(id).find(({ header }) => header.msg_type === 'execute_input'));
      await delay(300);
      kernel.process.kill('SIGINT');
      expect((await kernel.answer(id)).reply.content['ename']).toBe('Interrupted');
    });

    test('does nothing when no cell runs', async () => {
      kernel.process.kill('SIGINT');
      expect((await kernel.run('1')).reply.content['status']).toBe('ok');
    });
  });

  test('what throws after its cell is said on standard error, and survived', async () => {
    await kernel.run('setTimeout(() => { throw new Error("late timer") }, 30);\nsetTimeout(() => void Promise.reject(new Error("late promise")), 40);');
    const answer = await kernel.run('await new Promise((done) => setTimeout(done, 150)); "alive"');
    expect(answer.reply.content['status']).toBe('ok');
    expect(printed(answer, 'stderr')).toMatch(/late timer[^]*late promise/);
  });

  test('completes and inspects while a cell waits', async () => {
    await kernel.run('const learningRates = [0.1];');
    const id = await kernel.execute('await new Promise((done) => setTimeout(done, 1500));');
    const completion = await kernel.ask('complete_request', { code: 'learningRates.ma', cursor_pos: 16 });
    const inspection = await kernel.ask('inspect_request', { code: 'learningRates', cursor_pos: 3, detail_level: 0 });
    expect(kernel.of(id, kernel.replies)).toEqual([]);
    expect(completion.reply.content['matches']).toContain('map');
    expect(JSON.stringify(inspection.reply.content['data'])).toContain('number[]');
    await kernel.answer(id);
  });

  test('refuses a message with a bad signature', async () => {
    const id = await kernel.send('execute_request', { code: 'globalThis.broken = 1' }, { key: 'another key' });
    expect(printed(await kernel.run('console.log((globalThis as { broken?: 1 }).broken)'))).toBe('undefined\n');
    expect(kernel.of(id)).toEqual([]);
    expect(kernel.terminal).toMatch(/signature/);
  });

  // The last: it ends the kernel.
  test('shuts down within a second, with timers open', async () => {
    await kernel.run('setInterval(() => console.log("tick"), 100); setTimeout(() => {}, 60_000);');
    const start = performance.now();
    const { reply } = await kernel.ask('shutdown_request', { restart: true }, { control: true, withPublished: false });
    expect(reply.content).toEqual({ status: 'ok', restart: true });
    await kernel.exited;
    expect(performance.now() - start).toBeLessThan(1000);
    expect(kernel.process.exitCode).toBe(0);
  });
});

test('a kernel whose src/ does not compile says so in every cell', async () => {
  const kernel = await KernelClient.start({ CLR_LAB_BROKEN_BUILD: 'src/x.ts(1,1): error TS1000: an example' });
  try {
    const { reply } = await kernel.run('1');
    expect(reply.content).toMatchObject({ status: 'error', ename: 'BuildError' });
    expect((reply.content['traceback'] as string[]).join('\n')).toContain('TS1000: an example');
  } finally {
    await kernel.stop();
  }
}, 30_000);
