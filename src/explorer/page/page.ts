import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { RunSettingsInput } from '../../runs/settings';
import type { Curve, Job, NetworkView } from '../messages';
import { settingsOf } from '../form';
import { ask } from './connection';
import type { Action, State } from './state';

/** What all parts of the page work with. */
export interface Page {
  readonly state: State;
  readonly dispatch: (action: Action) => void;
  /** Whether the page's ground is dark. */
  readonly dark: boolean;
}

export const PageContext = createContext<Page | undefined>(undefined);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error('outside of the page');
  return page;
}

type Dispatch = Page['dispatch'];

/** Does something with the server; what goes wrong becomes a notice. */
export async function attempt(dispatch: Dispatch, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
    dispatch({ type: 'notice', notice: undefined });
  } catch (error) {
    dispatch({ type: 'notice', notice: { kind: 'error', text: (error as Error).message } });
  }
}

export interface Submission {
  readonly kind: Job['kind'];
  readonly sweep?: { readonly from: number; readonly to: number; readonly count: number };
}

/** Asks for a job with the form's settings, and looks at it. */
export function submit({ state, dispatch }: Page, { kind, sweep }: Submission): Promise<void> {
  return attempt(dispatch, async () => {
    if (state.dataset === undefined) throw new Error('the explorer does not answer yet');
    const settings: RunSettingsInput = settingsOf(state.form, state.dataset);
    await ask<Job>('POST', 'jobs', { kind, name: '', settings, ...(sweep && { sweep }) });
    dispatch({ type: 'focus', id: null });
  });
}

export function command({ dispatch }: Page, id: string, what: 'pause' | 'resume' | 'stop'): Promise<void> {
  return attempt(dispatch, () => ask('POST', `jobs/${encodeURIComponent(id)}/command`, { command: what }));
}

export function forget({ dispatch }: Page, id: string): Promise<void> {
  return attempt(dispatch, () => ask('DELETE', `jobs/${encodeURIComponent(id)}`));
}

export function rename({ dispatch }: Page, key: string, name: string): Promise<void> {
  return attempt(dispatch, () => ask('PATCH', `runs/${key}`, { name }));
}

export function removeRun({ dispatch }: Page, key: string): Promise<void> {
  return attempt(dispatch, () => ask('DELETE', `runs/${key}`));
}

export function fetchCurve({ dispatch }: Page, key: string): Promise<void> {
  return attempt(dispatch, async () => dispatch({ type: 'curve', key, curve: await ask<Curve>('GET', `runs/${key}/curve`) }));
}

export function fetchView(id: string): Promise<NetworkView> {
  return ask<NetworkView>('GET', `views/${encodeURIComponent(id)}`);
}
