import type { DatasetDescription } from '../data/attach-dataset';
import type { HostTensors } from '../network/host-tensor';
import type { RunIdentity } from '../runs/identity';
import { parseRunSettings } from '../runs/settings';
import { schemaOnDemand, validate } from '../runs/validate';
import type { LiveOptions } from '../training/live';
import type { Measurement } from '../training/measurement';

/** The version of the protocol between those who ask for runs and those who train them. */
export const protocolVersion = 1;

/** What a worker is asked to do, as plain JSON: train the run of this identity, or read it from the store. */
export interface Job {
  readonly protocol: typeof protocolVersion;
  /** The run as its asker knows it. A worker with other data, versions or mathematics refuses it. */
  readonly identity: RunIdentity;
  /** Where the worker finds the data. */
  readonly dataset: DatasetDescription;
  /** Folder of the store where the finished run goes; null keeps nothing. */
  readonly store: string | null;
  /** Train even if the run is stored. */
  readonly fresh: boolean;
  /** Threads of the engine. */
  readonly threads: number;
  readonly checkpointEverySeconds: number;
  /** The number of the trial that it is, if it is one: what a queue knows it by. */
  readonly trial?: number;
  /** Whether to send the parameters after measurements too. */
  readonly sendCheckpoints: boolean;
  /** Whether to measure small samples in between, and how. Default: no. */
  readonly live?: Required<Omit<LiveOptions, 'onMeasurement'>>;
}

/** What a worker tells, in order: `started` first, `done` or `failed` last. Between `paused` and `resumed` nothing else happens. */
export type WorkerEvent =
  | { readonly type: 'started'; readonly key: string; readonly updates: number; readonly updatesPerEpoch: number }
  | { readonly type: 'measurement'; readonly measurement: Measurement }
  | { readonly type: 'live'; readonly measurement: Measurement }
  | { readonly type: 'paused' | 'resumed' }
  | { readonly type: 'checkpoint'; readonly update: number; readonly parameters: HostTensors }
  | { readonly type: 'done'; readonly seconds: number; readonly engine: string; readonly fromStore: boolean; readonly resumedAt: number | null }
  | { readonly type: 'failed'; readonly failure: Failure; readonly message: string; readonly seconds: number };

/**
 * Why a run did not end well: its loss was not finite; the worker was told to stop; somebody else's pruner ended it; the worker has other
 * data or versions; the store cannot be written; the queue cannot be used; or anything else.
 */
export type Failure = 'diverged' | 'stopped' | 'pruned' | 'refused' | 'store' | 'queue' | 'error';

/** What a worker can be told while it trains. A stopped run leaves a checkpoint in the store. */
export type WorkerCommand = { readonly type: 'stop' } | { readonly type: 'pause' } | { readonly type: 'resume' };

const schema = schemaOnDemand(({ z }) => {
  const wholeNumber = z.int({ error: 'a whole number' });
  const text = z.string({ error: 'a text' });
  return z.strictObject({
    protocol: z.literal(protocolVersion, { error: `${protocolVersion}, the version of this worker's protocol,` }),
    identity: z.strictObject({ settings: z.unknown(), dataset: text, versions: z.record(text, text), mathematics: text }),
    dataset: z.strictObject({
      name: z.enum(['cifar10', 'synthetic'], { error: 'cifar10 or synthetic' }),
      checksum: text,
      directory: text.optional(),
      classNames: z.array(text),
      groups: z.array(z.strictObject({ name: text, start: wholeNumber, size: wholeNumber })),
      pixels: z.strictObject({ path: text, rows: wholeNumber, width: wholeNumber }),
      labels: text,
    }),
    store: text.nullable(),
    fresh: z.boolean({ error: 'true or false' }),
    threads: wholeNumber.min(1, { error: 'a whole number, 1 or more,' }),
    checkpointEverySeconds: z.number({ error: 'a number of seconds' }),
    trial: wholeNumber.optional(),
    sendCheckpoints: z.boolean({ error: 'true or false' }),
    live: z.strictObject({ images: wholeNumber, perSecond: z.number({ error: 'a number' }) }).optional(),
  });
});

/** A job that came from outside. Throws a RangeError that names what is wrong with it. */
export function parseJob(value: unknown): Job {
  const { live, trial, ...job } = validate(schema(), value, 'job');
  return { ...job, ...(live && { live }), ...(trial !== undefined && { trial }), identity: { ...job.identity, settings: parseRunSettings(job.identity.settings) } };
}
