import type { RunSettings } from '../runs/settings';
import type { Stint } from '../search/stint';
import type { Measurement } from '../training/measurement';
import type { RateSuggestion } from '../training/range-test';

/*
 * What the server and its pages say to each other, as plain JSON. Types and a few pure functions: this file is in both.
 */

/** A point of the curves: update, eta, training cost, loss and accuracy, validation cost, loss and accuracy; null where it is not finite. */
export type Point = readonly [update: number, eta: number, ...scores: (number | null)[]];

/** Places in a `Point`. */
export const pointIndex = { update: 0, eta: 1, train: { cost: 2, loss: 3, accuracy: 4 }, validation: { cost: 5, loss: 6, accuracy: 7 } } as const;

/** A measurement as a point, to six significant digits. */
export function pointOf({ update, eta, train, validation }: Measurement): Point {
  const short = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(6)) : null);
  return [update, Number(eta.toPrecision(6)), ...[train, validation].flatMap(({ cost, loss, accuracy }) => [short(cost), short(loss), short(accuracy)])];
}

/** The curves of a run. */
export interface Curve {
  /** Measured on all images, as the settings say. */
  readonly full: readonly Point[];
  /** Measured on samples in between; none of a run that comes from the store. */
  readonly live: readonly Point[];
}

/** The data set in use. */
export interface DatasetInfo {
  readonly name: 'cifar10' | 'synthetic';
  readonly classNames: readonly string[];
  /** The batches that may train and validate. */
  readonly batches: readonly { readonly name: string; readonly size: number }[];
  /** Values of an image. */
  readonly width: number;
}

export type JobState = 'queued' | 'running' | 'paused' | 'done' | 'stopped' | 'failed';

/** Something that was asked for in a page: one run, a test of learning rates, or a search for lambda. */
export interface Job {
  readonly id: string;
  readonly kind: 'run' | 'range-test' | 'sweep';
  readonly state: JobState;
  readonly name: string;
  readonly settings: RunSettings;
  readonly updates: number;
  readonly updatesPerEpoch: number;
  /** The update of the newest point. */
  readonly update: number;
  /** The key of its run in the store, as soon as that is known; null for what is not stored. */
  readonly key: string | null;
  /** Why it failed, or what came of it. */
  readonly message: string;
  /** Of a range test: what it suggests. */
  readonly suggestion?: RateSuggestion;
  /** Of a sweep. */
  readonly trials?: readonly SweepTrial[];
  readonly total?: number;
}

/** How a job ended. */
export type RunEnd = Pick<Job, 'message' | 'suggestion'> & { readonly state: 'done' | 'stopped' | 'failed' };

/** A trial of a sweep as it stands. */
export interface SweepTrial {
  readonly number: number;
  readonly parameters: Readonly<Record<string, number>>;
  /** Validation accuracy so far. */
  readonly value: number | null;
  readonly state: 'running' | 'complete' | 'failed' | 'pruned';
  readonly key: string | null;
  /** Who trains it; '' until somebody does. */
  readonly worker: string;
  /** Who trained it, from when to when; null until it has ended, or if nobody had to. */
  readonly stint: Stint | null;
}

/** A stored run in a row of the table. */
export interface RunRow {
  readonly key: string;
  readonly name: string;
  readonly outcome: 'finished' | 'diverged';
  readonly settings: RunSettings;
  readonly updatesPerEpoch: number;
  /** ISO 8601, UTC. */
  readonly finished: string;
  readonly seconds: number;
  /** Of the last measurement; null if there is none. */
  readonly trainAccuracy: number | null;
  readonly validationAccuracy: number | null;
  readonly validationCost: number | null;
  /** Whether it was trained on the data set in use. */
  readonly sameData: boolean;
}

/** What a network sees. */
export interface NetworkView {
  readonly update: number;
  /** The first layer's weights of some hidden units, each scaled to −127 … 127 on its own: base64 of int8 [units × 3072], planes red, green, blue. */
  readonly weights: string;
  readonly units: number;
  /** How many units there are in all. */
  readonly unitsInAll: number;
  /** [classes][classes] counts on the first images of the validation part: class, then predicted class. */
  readonly confusion: readonly (readonly number[])[];
  readonly mostWrong: readonly WrongImage[];
  /** base64 of the bytes of those images, [n × 3072]. */
  readonly images: string;
}

export interface WrongImage {
  /** Its row in the data set. */
  readonly row: number;
  readonly label: number;
  readonly predicted: number;
  /** Of the predicted class, 0 … 1. */
  readonly probability: number;
}

/** What the server tells its pages. `state` comes first, and again whenever a page has connected anew; its views are the newest update of which there is one, by job. */
export type ServerEvent =
  | { readonly type: 'state'; readonly dataset: DatasetInfo; readonly jobs: readonly Job[]; readonly runs: readonly RunRow[]; readonly curves: Readonly<Record<string, Curve>>; readonly views: Readonly<Record<string, number>> }
  | { readonly type: 'job'; readonly job: Job }
  | { readonly type: 'jobs-removed'; readonly ids: readonly string[] }
  | { readonly type: 'points'; readonly id: string; readonly full: readonly Point[]; readonly live: readonly Point[] }
  | { readonly type: 'view'; readonly id: string; readonly update: number }
  | { readonly type: 'runs'; readonly runs: readonly RunRow[] };
