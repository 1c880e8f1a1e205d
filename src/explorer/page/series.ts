import type { ScheduleDescription } from '../../schedule/description';
import { describeSettings, short } from '../describe-settings';
import type { Curve, Job, RunRow } from '../messages';
import { isKey, shown, type State } from './state';

/** A run whose curves are drawn. */
export interface Series {
  readonly id: string;
  readonly label: string;
  readonly curve: Curve;
  readonly updatesPerEpoch: number;
  readonly schedule: ScheduleDescription;
  /** How many updates it will have. */
  readonly updates: number;
  /** Its place among the series' colours: 0, 1, … */
  readonly colour: number;
  /** Whether it is what is looked at, not an overlay. */
  readonly main: boolean;
}

const empty: Curve = { full: [], live: [] };

/** The runs whose curves the page draws: what is looked at first, then the overlays. */
export function seriesOf(state: Pick<State, 'focus' | 'jobs' | 'runs' | 'curves' | 'overlays'>): Series[] {
  const { jobs, runs, curves, overlays } = state;
  const id = shown(state);
  const job = jobs.find((each) => each.id === id);
  const run = runs.find(({ key }) => key === id);
  const mine = job ? ofJob(job, curves) : run ? [ofRun(run, curves)] : [];
  const own = job?.key ?? id;
  const others = overlays.flatMap((key) => (key === own ? [] : runs.filter((each) => each.key === key))).map((each) => ofRun(each, curves));
  return [...mine.map((series) => ({ ...series, main: true })), ...others.map((series) => ({ ...series, main: false }))].map((series, colour) => ({ ...series, colour }));
}

type Uncoloured = Omit<Series, 'colour' | 'main'>;

function ofJob({ id, kind, name, settings, updates, updatesPerEpoch, trials = [] }: Job, curves: State['curves']): Uncoloured[] {
  const common = { updates, updatesPerEpoch, schedule: settings.schedule };
  if (kind !== 'sweep') return [{ id, label: name || describeSettings(settings), curve: curves[id] ?? empty, ...common }];
  return trials.map(({ number, parameters }) => ({ id: `${id}.${number}`, label: `λ ${short(parameters.lambda)}`, curve: curves[`${id}.${number}`] ?? empty, ...common }));
}

function ofRun({ key, name, settings, updatesPerEpoch }: RunRow, curves: State['curves']): Uncoloured {
  return { id: key, label: name || describeSettings(settings), curve: curves[key] ?? empty, updates: settings.updates, updatesPerEpoch, schedule: settings.schedule };
}

/** Keys whose curves are drawn but not here yet. */
export function missingCurves(state: Pick<State, 'focus' | 'jobs' | 'runs' | 'curves' | 'overlays'>): string[] {
  return seriesOf(state).flatMap(({ id }) => (isKey(id) && state.curves[id] === undefined ? [id] : []));
}
