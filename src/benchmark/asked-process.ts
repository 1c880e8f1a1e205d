import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** How to start a process that answers questions. */
export interface Command {
  readonly file: string;
  readonly parameters: readonly string[];
  /** Added to the environment; undefined removes a variable. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly folder?: string;
}

/** A process that answers every line on its standard input with one line of JSON. */
export interface AskedProcess {
  /** What computes there, as the process says itself. */
  readonly description: string;
  ask<Answer>(question: string): Promise<Answer>;
  /** The most memory that it had at once, in bytes; undefined where the system does not tell. */
  peakMemory(): number | undefined;
  /** Ends its input and waits until it has ended. */
  close(): Promise<void>;
}

/** Starts a process and waits for its first line, {"ready": what computes}. Throws with what it said where it ends early. */
export async function startAsked({ file, parameters, environment = {}, folder }: Command): Promise<AskedProcess> {
  const env = Object.fromEntries(Object.entries({ ...process.env, ...environment }).filter(([, value]) => value !== undefined));
  const child = spawn(file, parameters, { env, cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors = `${errors}${data.toString()}`.slice(-2000)));
  child.stdin.on('error', () => {}); // it has ended: the next answer says so
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()).once('error', (error) => ((errors += error.message), resolve())));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async <Answer>(): Promise<Answer> => {
    const { value, done } = await lines.next();
    if (!done) return JSON.parse(value as string) as Answer;
    await ended;
    throw new Error(`${file} ended without an answer: ${errors.trim() || `exit code ${child.exitCode}`}`);
  };
  const { ready } = await answer<{ readonly ready: string }>();
  return {
    description: ready,
    ask(question) {
      child.stdin.write(`${question}\n`);
      return answer();
    },
    peakMemory: () => peakMemory(child),
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Linux keeps the high-water mark of a process's resident memory. */
function peakMemory({ pid }: ChildProcess): number | undefined {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found ? 1024 * Number(found[1]) : undefined;
  } catch {
    return undefined;
  }
}

/** The other end: says what computes here, then answers each line of standard input until it ends. */
export async function answerQuestions(description: string, answer: (question: string) => Promise<unknown>): Promise<void> {
  const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
  say({ ready: description });
  for await (const question of createInterface({ input: process.stdin })) say(await answer(question));
}
