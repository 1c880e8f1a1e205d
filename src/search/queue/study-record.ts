import type { Redis } from 'ioredis';
import { type StudyKeys, studiesKey, studyKeys } from './keys';
import {
  type AskedTrial, parseAskedTrial, parseStudyDescription, parseTrialResult, type StudyDescription, type TrialEvent, type TrialResult,
} from './records';

/** A study as it is in Redis. All that asks or works on it goes through here; every method is one step there, done whole or not at all. */
export interface StudyRecord {
  readonly name: string;
  readonly keys: StudyKeys;
  /** undefined if there is no such study. */
  describe(): Promise<StudyDescription | undefined>;
  /** Makes the study unless it is there, and returns it as it is. */
  create(description: StudyDescription): Promise<StudyDescription>;
  /** Says what a trial is, unless somebody did already; returns what it is. */
  claim(number: number, asked: AskedTrial): Promise<AskedTrial>;
  /** All that was asked, by number. */
  asked(): Promise<Map<number, AskedTrial>>;
  result(number: number): Promise<TrialResult | undefined>;
  results(): Promise<Map<number, TrialResult>>;
  /** Those of these numbers that have ended. */
  ended(numbers: readonly number[]): Promise<Set<number>>;
  /** The run of a trial, as `packRun` made it. */
  run(number: number): Promise<Buffer | undefined>;
  /** Keeps how a trial ended, with its run. False, and nothing is changed, if it has ended already or the study was deleted: the first result counts. */
  record(number: number, result: TrialResult, run?: Uint8Array): Promise<boolean>;
  /** Tells what happens to a trial. Returns when, on Redis's clock; undefined, and nothing is told, if it has ended or the study was deleted. */
  report(number: number, event: TrialEvent): Promise<number | undefined>;
  counts(): Promise<{ readonly asked: number; readonly ended: number }>;
  /** Removes the study with its results. False if it is not there. */
  remove(): Promise<boolean>;
}

/** So many events are kept: enough for the trials on their way; how a trial ended is in its result. */
const eventsKept = 10_000;

/** KEYS description, results, runs, events; ARGV number, result, event, run (if there is one). */
const recordScript = `
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('HSETNX', KEYS[2], ARGV[1], ARGV[2]) == 0 then return 0 end
if ARGV[4] then redis.call('HSET', KEYS[3], ARGV[1], ARGV[4]) end
redis.call('XADD', KEYS[4], 'MAXLEN', '~', ${eventsKept}, '*', 'number', ARGV[1], 'event', ARGV[3])
return 1`;

/** KEYS description, results, events; ARGV number, event. Returns the event's place in the stream, which begins with the time. */
const reportScript = `
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then return false end
return redis.call('XADD', KEYS[3], 'MAXLEN', '~', ${eventsKept}, '*', 'number', ARGV[1], 'event', ARGV[2])`;

const endedEvent: TrialEvent = { type: 'ended' };

/** The record of a study in Redis; it need not be there yet. */
export function studyRecord(client: Redis, name: string): StudyRecord {
  const keys = studyKeys(name);
  const { description, asked, results, runs, events } = keys;
  const record: StudyRecord = {
    name,
    keys,
    async describe() {
      const found = await client.get(description);
      return found === null ? undefined : parseStudyDescription(found);
    },
    async create(given) {
      await client.multi().setnx(description, JSON.stringify(given)).sadd(studiesKey, name).exec();
      return (await record.describe()) ?? given;
    },
    async claim(number, trial) {
      const set = await client.hsetnx(asked, String(number), JSON.stringify(trial));
      return set === 1 ? trial : parseAskedTrial(await client.hget(asked, String(number)));
    },
    asked: async () => byNumber(await client.hgetall(asked), parseAskedTrial),
    async result(number) {
      const found = await client.hget(results, String(number));
      return found === null ? undefined : parseTrialResult(found);
    },
    results: async () => byNumber(await client.hgetall(results), parseTrialResult),
    async ended(numbers) {
      const pipeline = client.pipeline();
      for (const number of numbers) pipeline.hexists(results, String(number));
      const found = (await pipeline.exec()) ?? [];
      return new Set(numbers.filter((_, index) => found[index]?.[1] === 1));
    },
    run: async (number) => (await client.hgetBuffer(runs, String(number))) ?? undefined,
    async record(number, result, run) {
      return (await client.eval(recordScript, 4, description, results, runs, events, number, JSON.stringify(result), JSON.stringify(endedEvent), ...(run ? [Buffer.from(run)] : []))) === 1;
    },
    async report(number, event) {
      const place = (await client.eval(reportScript, 3, description, results, events, number, JSON.stringify(event))) as string | null;
      return place === null ? undefined : timeOf(place);
    },
    async counts() {
      const [known, done] = await Promise.all([client.hlen(asked), client.hlen(results)]);
      return { asked: known, ended: done };
    },
    async remove() {
      await client.srem(studiesKey, name);
      return (await client.del(...Object.values(keys))) > 0;
    },
  };
  return record;
}

/** The names of all studies in Redis, in order. */
export async function studyNames(client: Redis): Promise<string[]> {
  return (await client.smembers(studiesKey)).sort();
}

/** When an event was told, from its place in the stream: milliseconds since 1970 of Redis's clock. */
export function timeOf(place: string): number {
  return Number(place.split('-')[0]);
}

function byNumber<T>(hash: Readonly<Record<string, string>>, parse: (text: string) => T): Map<number, T> {
  return new Map(Object.entries(hash).map(([number, text]): [number, T] => [Number(number), parse(text)]).sort(([a], [b]) => a - b));
}
