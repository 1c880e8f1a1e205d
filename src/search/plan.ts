import { availableParallelism } from 'node:os';
import type { Dataset } from '../data/dataset';
import { parseRunSettings, type RunSettings, type RunSettingsInput } from '../runs/settings';
import type { RunStore } from '../runs/store';
import type { Measurement } from '../training/measurement';
import type { Pruner } from './pruner';
import { parseAddress } from './queue/address';
import { newName, requireName } from './queue/keys';
import { defaultSampler, type Sampler } from './sampler';
import type { Parameters, Space } from './space';

export interface SearchOptions {
  readonly dataset: Dataset;
  /** The settings of all trials, in which each parameter is put at its path; or a function from the parameters to a trial's settings. */
  readonly settings: RunSettingsInput | ((parameters: Parameters) => RunSettingsInput);
  readonly space: Space;
  /** Default: every combination where all parameters have grids, else `randomSampler()`. */
  readonly sampler?: Sampler;
  /** How many sets of parameters to try. Default: all that the sampler has. */
  readonly trials?: number;
  /** Each set of parameters is tried once with each of these seeds. Default: the seed of the settings alone. */
  readonly seeds?: readonly number[];
  /** What is sought, after a measurement. Default: the validation accuracy. */
  readonly value?: (measurement: Measurement) => number;
  /** Whether large or small values are sought. Default 'maximize'. */
  readonly direction?: 'maximize' | 'minimize';
  /** Ends trials that do badly. Default: none does. */
  readonly pruner?: Pruner;
  /** Trials at once, each on one thread. Default: one per core; with a queue, all of them, 1,000 at most: its workers take as many as they can. */
  readonly workers?: number;
  /**
   * URL of a Redis, `redis://[user:password@]host[:port][/database]`, or `rediss://` with TLS: the trials are trained by those who serve it
   * (`clr-lab worker`). Default: threads of this process.
   */
  readonly queue?: string;
  /** With a queue: the study's name, by which it is joined if it is there, and can be left and resumed. Default: a new one of its own. */
  readonly study?: string;
  /** With a queue: told that Redis is away or back, that workers are missing or refuse a trial. Default: a line on standard error. */
  readonly onMessage?: (text: string) => void;
  /** Where finished runs are and go; false keeps nothing. Default: `openStore()`. */
  readonly store?: RunStore | false;
  /** Train again what is stored. Default: whether the environment variable CLR_LAB_FRESH is set (and not 0). */
  readonly fresh?: boolean;
  readonly checkpointEverySeconds?: number;
  /** Ends the search and all workers; unfinished trials leave checkpoints. Default: the running notebook cell's. */
  readonly signal?: AbortSignal;
  /** Told of each measurement of each trial as it is made. */
  readonly onMeasurement?: (number: number, measurement: Measurement) => void;
}

/** Options with their defaults, checked. */
export interface Plan extends SearchOptions {
  readonly sampler: Sampler;
  readonly seeds: readonly number[];
  readonly total: number;
  readonly workers: number;
  readonly value: (measurement: Measurement) => number;
  readonly sign: 1 | -1;
  readonly settingsOf: (parameters: Parameters) => RunSettingsInput;
}

export function makePlan(options: SearchOptions): Plan {
  const { space, settings, sampler = defaultSampler(space), direction = 'maximize', workers = options.queue === undefined ? availableParallelism() : 1000, value = ({ validation }) => validation.accuracy } = options;
  if (!Number.isInteger(workers) || workers < 1) throw new RangeError(`workers is ${workers}; a whole number, 1 or more, would be right`);
  if (options.queue !== undefined) parseAddress(options.queue);
  if (options.study !== undefined && options.queue === undefined) throw new RangeError(`study is ${JSON.stringify(options.study)}, but there is no queue; a study that has a name is in a queue`);
  if (options.study !== undefined) requireName(options.study);
  if (Object.keys(space).length === 0) throw new RangeError('space has no parameters; one or more, such as { lambda: logUniform({ from: 1e-7, to: 1e-1 }) }, would be right');
  const base = typeof settings === 'function' ? undefined : parseRunSettings(settings);
  const settingsOf = typeof settings === 'function' ? settings : (parameters: Parameters) => withParameters(base!, parameters);
  if (base) withParameters(base, Object.fromEntries(Object.keys(space).map((name) => [name, 0]))); // are they all there?
  const { seeds = [base?.seed ?? 1] } = options;
  if (seeds.length === 0 || new Set(seeds).size < seeds.length) throw new RangeError(`seeds is [${seeds.join(', ')}]; one or more different whole numbers would be right`);
  const sets = options.trials ?? sampler.size(space);
  if (sets === undefined || !Number.isInteger(sets) || sets < 1) throw new RangeError(`trials is ${sets}; the number of sets of parameters to try, 1 or more, would be right`);
  const total = Math.min(sets, sampler.size(space) ?? sets) * seeds.length;
  const study = options.study ?? (options.queue === undefined ? undefined : newName());
  return { ...options, study, sampler, seeds, total, workers, value, sign: direction === 'maximize' ? 1 : -1, settingsOf };
}

/** Settings with each parameter put at its path, such as `schedule.etaMax` or `schedule.parts.1.updates`. Throws a RangeError for a path that is not there. */
export function withParameters(settings: RunSettings, parameters: Parameters): RunSettings {
  return Object.entries(parameters).reduce<RunSettings>((changed, [path, value]) => {
    if (path === 'seed') throw new RangeError("space has the parameter 'seed'; the option seeds would be right");
    return replaced(changed, path.split('.'), value, path);
  }, settings);
}

function replaced<T extends object>(object: T, [key, ...rest]: readonly string[], value: number, path: string): T {
  const inner = (object as Record<string, unknown>)[key];
  const put = (entry: unknown) => (Array.isArray(object) ? Object.assign([...object], { [key]: entry }) : { ...object, [key]: entry }) as T;
  if (rest.length > 0 && typeof inner === 'object' && inner !== null) return put(replaced(inner, rest, value, path));
  if (rest.length === 0 && typeof inner === 'number') return put(value);
  const numbers = Object.entries(object).flatMap(([name, entry]) => (typeof entry === 'number' ? [name] : []));
  throw new RangeError(`space has the parameter '${path}', but the settings have no number ${key}; there ${numbers.length === 1 ? 'is' : 'are'} ${numbers.join(', ')}`);
}
