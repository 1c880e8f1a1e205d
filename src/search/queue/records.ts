import { z } from 'zod';
import type { RunIdentity } from '../../runs/identity';
import { parseRunSettings, type RunSettings } from '../../runs/settings';
import { validate } from '../../runs/validate';
import type { History, Measurement } from '../../training/measurement';
import { protocolVersion } from '../protocol';
import type { Parameters } from '../space';
import { namePattern } from './keys';
import { count, history, measurement } from './measurement-schema';

/*
 * What is in Redis, as plain JSON. Whoever can write there may have written it: everything that is read is validated here. No record
 * has a path, an address or code in it.
 */

/** A trial in the queue: a job without the places where its worker finds data and keeps runs, which are the worker's own. */
export interface Order {
  readonly protocol: typeof protocolVersion;
  readonly study: string;
  readonly number: number;
  readonly identity: RunIdentity;
  readonly fresh: boolean;
  readonly checkpointEverySeconds: number;
}

/** A study as its first asker described it. */
export interface StudyDescription {
  readonly format: 1;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly dataset: { readonly name: 'cifar10' | 'synthetic'; readonly checksum: string };
}

/** What was asked as one trial, by whoever asked first. */
export interface AskedTrial {
  readonly parameters: Parameters;
  readonly seed: number;
  /** null if the settings could not be right. */
  readonly identity: RunIdentity | null;
}

/** How a trial ended. */
export interface TrialResult {
  readonly state: 'complete' | 'failed' | 'pruned';
  readonly reason: string | null;
  readonly history: History;
  readonly seconds: number;
  /** What computed; null if nothing did. */
  readonly engine: string | null;
  /** Whether the run was in a store before. */
  readonly fromStore: boolean;
  /** Who trained it; null if nobody had to. */
  readonly worker: string | null;
  /** From when to when, in milliseconds since 1970 of Redis's clock; null if nobody had to. */
  readonly from: number | null;
  readonly to: number | null;
}

/** What happens to a trial on its way. */
export type TrialEvent =
  | { readonly type: 'started'; readonly worker: string; readonly updates: number; readonly updatesPerEpoch: number }
  | { readonly type: 'measurement'; readonly measurement: Measurement }
  | { readonly type: 'refused'; readonly worker: string; readonly message: string }
  | { readonly type: 'ended' };

/** A worker that is there. */
export interface WorkerDescription {
  readonly name: string;
  /** The version of the protocol that it speaks. */
  readonly protocol: number;
  readonly concurrency: number;
  readonly dataset: { readonly name: 'cifar10' | 'synthetic'; readonly checksum: string };
}

/** Letters, digits, dot, hyphen, underscore, and a slash before the number of one of its trials at a time. */
export const workerNamePattern = /^[\w.-]{1,100}(\/\d{1,4})?$/;

const text = z.string({ error: 'a text' }).max(2000, { error: 'a text of at most 2,000 characters' });
/** Text that is shown: no control characters, which a terminal would obey. */
const shown = text.transform((value) => value.replace(/\p{Cc}/gu, ' '));
const yesNo = z.boolean({ error: 'true or false' });
const finite = z.number({ error: 'a finite number' });
const duration = finite.min(0, { error: 'a number, 0 or more,' });
const studyName = z.string({ error: 'a name' }).regex(namePattern, { error: 'a name of letters, digits, dots, hyphens and underscores' });
const workerName = z.string({ error: 'a name' }).regex(workerNamePattern, { error: 'a name of letters, digits, dots, hyphens and underscores' });
const settings = z.unknown().transform((value, context): RunSettings => {
  try {
    return parseRunSettings(value);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `what parseRunSettings takes (${(error as Error).message})` });
    return z.NEVER;
  }
});
const identity: z.ZodType<RunIdentity> = z.strictObject({ settings, dataset: text, versions: z.record(text, text, { error: 'names and versions' }), mathematics: text }, { error: 'the identity of a run' });
const dataset = z.strictObject({ name: z.enum(['cifar10', 'synthetic'], { error: 'cifar10 or synthetic' }), checksum: text });

const order: z.ZodType<Order> = z.strictObject({
  protocol: z.literal(protocolVersion, { error: `${protocolVersion}, the version of this worker's protocol,` }),
  study: studyName, number: count, identity, fresh: yesNo, checkpointEverySeconds: duration,
});
const studyDescription: z.ZodType<StudyDescription> = z.strictObject({ format: z.literal(1, { error: '1' }), name: studyName, created: z.iso.datetime({ error: 'a time in UTC' }), dataset });
const askedTrial: z.ZodType<AskedTrial> = z.strictObject({ parameters: z.record(text, finite, { error: 'parameters' }), seed: z.int({ error: 'a whole number' }), identity: identity.nullable() });
const trialResult: z.ZodType<TrialResult> = z.strictObject({
  state: z.enum(['complete', 'failed', 'pruned'], { error: 'complete, failed or pruned' }), reason: shown.nullable(), history, seconds: duration,
  engine: shown.nullable(), fromStore: yesNo, worker: workerName.nullable(), from: duration.nullable(), to: duration.nullable(),
});
const trialEvent: z.ZodType<TrialEvent> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('started'), worker: workerName, updates: count, updatesPerEpoch: duration }),
  z.strictObject({ type: z.literal('measurement'), measurement }),
  z.strictObject({ type: z.literal('refused'), worker: workerName, message: shown }),
  z.strictObject({ type: z.literal('ended') }),
], { error: 'an event' });
const workerDescription: z.ZodType<WorkerDescription> = z.strictObject({ name: workerName, protocol: count, concurrency: count, dataset });

/** Each takes what came from Redis, as JSON or parsed, and throws a RangeError that names what is wrong with it. */
export const parseOrder = parser(order, 'the trial in the queue');
export const parseStudyDescription = parser(studyDescription, 'study');
export const parseAskedTrial = parser(askedTrial, 'asked');
export const parseTrialResult = parser(trialResult, 'result');
export const parseTrialEvent = parser(trialEvent, 'event');
export const parseWorkerDescription = parser(workerDescription, 'worker');

function parser<T>(schema: z.ZodType<T>, what: string): (value: unknown) => T {
  return (value) => validate(schema, typeof value === 'string' ? json(value) : value, what);
}

function json(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return content; // no record is a text, so the schema says what is wrong
  }
}
