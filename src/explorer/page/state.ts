import { emptyCurve, extended } from '../curve';
import { defaultForm, type Form } from '../form';
import type { Curve, DatasetInfo, Job, NetworkView, RunRow, ServerEvent } from '../messages';

/*
 * What the page knows, and how it changes: a pure function of the state and of what happened.
 */

export type Axis = 'epoch' | 'update';
export type SortColumn = 'name' | 'validationAccuracy' | 'trainAccuracy' | 'lambda' | 'etaMax' | 'layers' | 'updates' | 'seconds' | 'finished';
export interface Sort {
  readonly column: SortColumn;
  readonly descending: boolean;
}

/** A part of an axis of the parallel coordinates, in fractions of its length, 0 … 1. */
export type Brush = readonly [low: number, high: number];

export interface State {
  readonly connection: 'connecting' | 'open' | 'lost';
  readonly dataset: DatasetInfo | undefined;
  /** In the order in which they were asked for. */
  readonly jobs: readonly Job[];
  readonly runs: readonly RunRow[];
  /** By job, trial ('JOB.NUMBER') or key. */
  readonly curves: Readonly<Record<string, Curve>>;
  /** The newest update of which there is a view, by job. */
  readonly viewsThere: Readonly<Record<string, number>>;
  /** What the network of this job or key sees. */
  readonly view: { readonly id: string; readonly view: NetworkView } | undefined;
  readonly form: Form;
  /** The job or key that is looked at; null follows what is being trained. */
  readonly focus: string | null;
  /** Keys of the runs whose curves are drawn too, in the order in which they were chosen. */
  readonly overlays: readonly string[];
  readonly axis: Axis;
  readonly sort: Sort;
  /** The best so many per cent are picked out. */
  readonly topPercent: number;
  readonly brushes: Readonly<Record<string, Brush>>;
  readonly notice: { readonly kind: 'error' | 'info'; readonly text: string } | undefined;
}

/** What is in the page's address. */
export type AddressPart = Pick<State, 'form' | 'overlays' | 'axis' | 'topPercent'> & { readonly focus: string | null };

export type Action =
  | { readonly type: 'server'; readonly event: ServerEvent }
  | { readonly type: 'connection'; readonly connection: State['connection'] }
  | { readonly type: 'form'; readonly change: Partial<Form> }
  | { readonly type: 'focus'; readonly id: string | null }
  | { readonly type: 'overlay'; readonly key: string }
  | { readonly type: 'clear-overlays' }
  | { readonly type: 'curve'; readonly key: string; readonly curve: Curve }
  | { readonly type: 'view'; readonly id: string; readonly view: NetworkView }
  | { readonly type: 'axis'; readonly axis: Axis }
  | { readonly type: 'sort'; readonly column: SortColumn }
  | { readonly type: 'top'; readonly percent: number }
  | { readonly type: 'brush'; readonly axis: string; readonly brush: Brush | null }
  | { readonly type: 'clear-brushes' }
  | { readonly type: 'address'; readonly part: AddressPart }
  | { readonly type: 'notice'; readonly notice: State['notice'] };

export const initialState: State = {
  connection: 'connecting', dataset: undefined, jobs: [], runs: [], curves: {}, viewsThere: {}, view: undefined, form: defaultForm, focus: null, overlays: [],
  axis: 'epoch', sort: { column: 'finished', descending: true }, topPercent: 20, brushes: {}, notice: undefined,
};

/** More overlays than there are colours would not be told apart. */
const mostOverlays = 7;

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'server':
      return told(state, action.event);
    case 'connection':
      return { ...state, connection: action.connection };
    case 'form':
      return { ...state, form: { ...state.form, ...action.change } };
    case 'focus':
      return { ...state, focus: action.id };
    case 'overlay':
      return toggled(state, action.key);
    case 'clear-overlays':
      return { ...state, overlays: [] };
    case 'curve':
      return { ...state, curves: { ...state.curves, [action.key]: action.curve } };
    case 'view':
      return { ...state, view: { id: action.id, view: action.view } };
    case 'axis':
      return { ...state, axis: action.axis };
    case 'sort':
      return { ...state, sort: { column: action.column, descending: state.sort.column === action.column ? !state.sort.descending : action.column !== 'name' } };
    case 'top':
      return { ...state, topPercent: action.percent };
    case 'brush':
      return { ...state, brushes: brushed(state.brushes, action.axis, action.brush) };
    case 'clear-brushes':
      return { ...state, brushes: {} };
    case 'address':
      return { ...state, ...action.part };
    case 'notice':
      return { ...state, notice: action.notice };
  }
}

function told(state: State, event: ServerEvent): State {
  switch (event.type) {
    case 'state': {
      const { dataset, jobs, runs, curves, views } = event;
      // Curves of stored runs stay; those of jobs are what the server says, which may be another server's than before.
      const ofRuns = Object.fromEntries(Object.entries(state.curves).filter(([id]) => isKey(id)));
      const known = new Set([...jobs.map(({ id }) => id), ...runs.map(({ key }) => key)]);
      const focus = state.focus !== null && known.has(state.focus) ? state.focus : null;
      return { ...state, connection: 'open', dataset, jobs, runs, curves: { ...ofRuns, ...curves }, viewsThere: views, focus, overlays: state.overlays.filter((key) => known.has(key)) };
    }
    case 'job': {
      const there = state.jobs.some(({ id }) => id === event.job.id);
      return { ...state, jobs: there ? state.jobs.map((job) => (job.id === event.job.id ? event.job : job)) : [...state.jobs, event.job] };
    }
    case 'jobs-removed':
      return {
        ...state,
        jobs: state.jobs.filter(({ id }) => !event.ids.includes(id)),
        curves: Object.fromEntries(Object.entries(state.curves).filter(([id]) => !event.ids.includes(id.split('.')[0]))),
        focus: state.focus !== null && event.ids.includes(state.focus) ? null : state.focus,
      };
    case 'points': {
      const { id, full, live } = event;
      const update = Math.max(0, ...[...full, ...live].map(([at]) => at));
      const jobs = state.jobs.map((job) => (job.id === id && update > job.update ? { ...job, update } : job));
      return { ...state, jobs, curves: { ...state.curves, [id]: extended(state.curves[id] ?? emptyCurve, { full, live }) } };
    }
    case 'view':
      return { ...state, viewsThere: { ...state.viewsThere, [event.id]: event.update } };
    case 'runs': {
      const keys = new Set(event.runs.map(({ key }) => key));
      const focus = state.focus !== null && isKey(state.focus) && !keys.has(state.focus) ? null : state.focus;
      return { ...state, runs: event.runs, overlays: state.overlays.filter((key) => keys.has(key)), focus };
    }
  }
}

function toggled(state: State, key: string): State {
  if (state.overlays.includes(key)) return { ...state, overlays: state.overlays.filter((other) => other !== key) };
  if (state.overlays.length >= mostOverlays) return { ...state, notice: { kind: 'info', text: `${mostOverlays} runs can be overlaid at once; take one away first.` } };
  return { ...state, overlays: [...state.overlays, key] };
}

function brushed(brushes: State['brushes'], axis: string, brush: Brush | null): State['brushes'] {
  const { [axis]: _before, ...others } = brushes;
  return brush === null ? others : { ...others, [axis]: brush };
}

/** Whether an id is the key of a stored run, and not a job. */
export function isKey(id: string): boolean {
  return /^[0-9a-f]{64}$/.test(id);
}

/** The job or key that the page shows: what was chosen, else what is being trained, else what was trained last. */
export function shown({ focus, jobs }: Pick<State, 'focus' | 'jobs'>): string | null {
  if (focus !== null) return focus;
  const busy = jobs.find(({ state }) => state === 'running' || state === 'paused');
  const begun = jobs.filter(({ id, state }) => state !== 'queued' && id !== undefined);
  return (busy ?? begun.at(-1))?.id ?? null;
}

/** The job that is running or paused. */
export function activeJob({ jobs }: Pick<State, 'jobs'>): Job | undefined {
  return jobs.find(({ state }) => state === 'running' || state === 'paused');
}

export function hasEnded({ state }: Job): boolean {
  return state === 'done' || state === 'stopped' || state === 'failed';
}
