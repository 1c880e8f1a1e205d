import { z } from 'zod';
import type { Dataset } from '../data/dataset';
import { parseRunSettings, type RunSettings } from '../runs/settings';
import { storedRun } from '../runs/run';
import { validate } from '../runs/validate';

/** What a page may ask to be done. */
export interface JobRequest {
  readonly kind: 'run' | 'range-test' | 'sweep';
  readonly name: string;
  readonly settings: RunSettings;
  /** Of a sweep: values of lambda at equal ratios. */
  readonly sweep?: { readonly from: number; readonly to: number; readonly count: number };
}

export type JobCommand = 'pause' | 'resume' | 'stop';

/** What one page may ask for, so that a slip of the finger does not occupy the machine for days. */
const limits = { hiddenLayers: 8, units: 4000, updates: 1_000_000, measurements: 20_000, name: 100 } as const;

const name = z.string({ error: 'a text' }).max(limits.name, { error: `a text of up to ${limits.name} characters` });
const finite = (error: string) => z.number({ error }).positive({ error });
const sweep = z.strictObject({
  from: finite('a number above 0'),
  to: finite('a number above 0'),
  count: z.int({ error: 'a whole number' }).min(2, { error: '2 or more' }).max(100, { error: '100 or less' }),
});
const request = z.strictObject({
  kind: z.enum(['run', 'range-test', 'sweep'], { error: "'run', 'range-test' or 'sweep'" }),
  name: name.default(''),
  settings: z.unknown(),
  sweep: sweep.optional(),
});
const command = z.strictObject({ command: z.enum(['pause', 'resume', 'stop'], { error: "'pause', 'resume' or 'stop'" }) });
const renaming = z.strictObject({ name });

/**
 * The request of a page, checked down to whether the data set has the images.
 *
 * @throws RangeError that names the first wrong value and what would be right
 */
export function parseJobRequest(body: unknown, dataset: Dataset): JobRequest {
  const { sweep: range, ...rest } = validate(request, body, 'request');
  const settings = parseRunSettings(rest.settings);
  const { kind } = rest;
  if ((kind === 'sweep') !== (range !== undefined)) throw new RangeError(`request.sweep ${range === undefined ? 'is missing' : `is there for a ${kind}`}; a sweep, and only a sweep, has it`);
  if (range && range.from >= range.to) throw new RangeError(`request.sweep goes from ${range.from} to ${range.to}; the smaller one first would be right`);
  requireModest(settings);
  let updatesPerEpoch: number;
  try {
    ({ updatesPerEpoch } = storedRun(settings, dataset, { store: false })); // never started: it checks
  } catch (error) {
    throw error instanceof RangeError ? error : new RangeError((error as Error).message);
  }
  const measurements = (settings.updates / updatesPerEpoch) * settings.measurementsPerEpoch;
  if (measurements > limits.measurements) throw new RangeError(`settings.measurementsPerEpoch is ${settings.measurementsPerEpoch}: ${Math.round(measurements)} measurements in all; ${limits.measurements} or fewer would be right`);
  return { ...rest, settings, ...(range && { sweep: range }) };
}

export function parseCommand(body: unknown): JobCommand {
  return validate(command, body, 'request').command;
}

export function parseName(body: unknown): string {
  return validate(renaming, body, 'request').name.trim();
}

function requireModest({ layers, updates }: RunSettings): void {
  const hidden = layers.slice(1, -1);
  if (hidden.length > limits.hiddenLayers) throw new RangeError(`settings.layers has ${hidden.length} hidden layers; up to ${limits.hiddenLayers} would be right here`);
  const wide = hidden.find((units) => units > limits.units);
  if (wide !== undefined) throw new RangeError(`settings.layers has a layer of ${wide} units; up to ${limits.units} would be right here`);
  if (updates > limits.updates) throw new RangeError(`settings.updates is ${updates}; up to ${limits.updates} would be right here`);
}
