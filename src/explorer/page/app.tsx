import { render } from 'preact';
import { useEffect, useReducer, useRef, useState } from 'preact/hooks';
import { fromAddress, toAddress } from './address';
import { listen } from './connection';
import { CurvesPanel } from './curves-panel';
import { NetworkPanel } from './network-panel';
import { fetchCurve, fetchView, type Page, PageContext } from './page';
import { RunsPanel } from './runs-panel';
import { missingCurves } from './series';
import { SettingsPanel } from './settings-panel';
import { initialState, isKey, reduce, shown, type State } from './state';

function App() {
  const [state, dispatch] = useReducer(reduce, initialState, (state): State => ({ ...state, ...fromAddress(location.hash) }));
  const dark = useDark();
  const page: Page = { state, dispatch, dark };
  useEffect(() => listen((events) => { for (const event of events) dispatch({ type: 'server', event }); }, () => dispatch({ type: 'connection', connection: 'lost' })), []);
  useAddress(page);
  useCurves(page);
  useView(page);
  return (
    <PageContext.Provider value={page}>
      <Header page={page} />
      <main>
        <SettingsPanel />
        <CurvesPanel />
        <NetworkPanel />
        <RunsPanel />
      </main>
    </PageContext.Provider>
  );
}

function Header({ page: { state, dispatch } }: { readonly page: Page }) {
  const { connection, dataset, notice } = state;
  return (
    <header class="top-bar">
      <h1>clr-lab <span>explorer</span></h1>
      {dataset && <span class={`badge ${dataset.name}`}>{dataset.name === 'synthetic' ? 'SYNTHETIC DATA' : 'CIFAR-10'}</span>}
      {notice && (
        <p class={`notice ${notice.kind}`} role="alert">
          <span>{notice.text}</span>
          <button type="button" class="link" onClick={() => dispatch({ type: 'notice', notice: undefined })}>Close</button>
        </p>
      )}
      <span class={`connection ${connection}`} role="status">{connection === 'open' ? 'connected' : connection === 'connecting' ? 'connecting …' : 'no connection: has the explorer ended?'}</span>
    </header>
  );
}

/** Whether the reader prefers dark pages. */
function useDark(): boolean {
  const query = useRef(matchMedia('(prefers-color-scheme: dark)')).current;
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const change = () => setDark(query.matches);
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, []);
  return dark;
}

/** Keeps the settings, and what is looked at, in the page's address. */
function useAddress({ state, dispatch }: Page): void {
  const { form, overlays, axis, topPercent, focus } = state;
  // Jobs are gone when the explorer is started anew; runs stay.
  const address = toAddress({ form, overlays, axis, topPercent, focus: focus !== null && isKey(focus) ? focus : null });
  useEffect(() => {
    // While one drags, browsers refuse more than some changes a second.
    const timer = setTimeout(() => history.replaceState(null, '', address === '' ? location.pathname + location.search : `#${address}`), 250);
    return () => clearTimeout(timer);
  }, [address]);
  useEffect(() => {
    const change = () => dispatch({ type: 'address', part: fromAddress(location.hash) });
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, []);
}

/** Fetches the curves of stored runs that are to be drawn. */
function useCurves(page: Page): void {
  const asked = useRef(new Set<string>());
  const missing = missingCurves(page.state);
  useEffect(() => {
    for (const key of missing) {
      if (asked.current.has(key)) continue;
      asked.current.add(key);
      void fetchCurve(page, key).finally(() => asked.current.delete(key));
    }
  }, [missing.join()]);
}

/** The newest update of which there is a view, of a job or of a stored run (whose only one counts as 0); undefined where there is none. */
function newestView({ viewsThere, runs }: State, id: string | null): number | undefined {
  if (id === null) return undefined;
  if (!isKey(id)) return viewsThere[id];
  return runs.some(({ key, outcome, sameData }) => key === id && outcome === 'finished' && sameData) ? 0 : undefined;
}

/** Fetches what the network sees, whenever there is something newer; one request at a time. */
function useView({ state, dispatch }: Page): void {
  const busy = useRef(false);
  const [turn, setTurn] = useState(0);
  const id = shown(state);
  const newest = newestView(state, id);
  const have = state.view?.id === id ? state.view : undefined;
  const wanted = id !== null && newest !== undefined && (have === undefined || newest > have.view.update);
  const latest = useRef(id);
  latest.current = id;
  useEffect(() => {
    if (!wanted || busy.current || id === null) return;
    busy.current = true;
    const ended = (again: boolean) => {
      busy.current = false;
      if (again || latest.current !== id) setTurn(turn + 1);
    };
    fetchView(id).then((view) => {
      dispatch({ type: 'view', id, view });
      ended(true);
    }, () => ended(false)); // none there: not asked for again before there is something newer
  }, [wanted, newest, id, turn]);
}

render(<App />, document.getElementById('app')!);
