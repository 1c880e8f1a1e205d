import { useMemo, useState } from 'preact/hooks';
import { describeSettings, etaRangeOf, short } from '../describe-settings';
import { curveToCsv, notebookCell, runsToCsv } from '../export-run';
import { formOf } from '../form';
import type { Curve, RunRow } from '../messages';
import { ask } from './connection';
import { DraftInput } from './draft-input';
import { seriesColour } from './figures';
import { Icon, IconButton } from './icons';
import { attempt, removeRun, rename, usePage } from './page';
import { ParallelCoordinates } from './parallel';
import { saveText } from './save';
import { seriesOf } from './series';
import { shown, type SortColumn } from './state';
import { sortedRuns, visibleRuns } from './table-rows';

const columns: readonly { readonly key: SortColumn; readonly label: string; readonly title: string; readonly number: boolean }[] = [
  { key: 'name', label: 'name', title: 'click to write', number: false },
  { key: 'validationAccuracy', label: 'val. acc.', title: 'last validation accuracy', number: true },
  { key: 'trainAccuracy', label: 'train acc.', title: 'last training accuracy', number: true },
  { key: 'lambda', label: 'λ', title: 'factor of the L2 term', number: true },
  { key: 'etaMax', label: 'η max', title: 'largest learning rate', number: true },
  { key: 'layers', label: 'hidden', title: 'hidden units', number: true },
  { key: 'updates', label: 'updates', title: 'updates', number: true },
  { key: 'seconds', label: 'time', title: 'wall time of the training', number: true },
  { key: 'finished', label: 'finished', title: 'when it was finished', number: true },
];

/** Below: the runs so far, as a table and as parallel coordinates. */
export function RunsPanel() {
  const page = usePage();
  const { state, dispatch, dark } = page;
  const { runs, jobs, brushes, sort, overlays, focus, topPercent, dataset } = state;
  const [cell, setCell] = useState<string>();
  const rows = useMemo(() => sortedRuns(visibleRuns({ runs, jobs, brushes }), sort), [runs, jobs, brushes, sort]);
  const looked = shown(state);
  const colours = useMemo(() => new Map(seriesOf({ ...state, curves: {} }).map((series) => [series.id, seriesColour(series, dark)])), [jobs, runs, overlays, focus, dark]);

  const saveCurve = (run: RunRow) => attempt(dispatch, async () => {
    const { full } = await ask<Curve>('GET', `runs/${run.key}/curve`);
    saveText(`clr-lab-run-${run.key.slice(0, 12)}.csv`, curveToCsv(full, run.updatesPerEpoch));
  });
  const showCell = ({ settings }: RunRow) => dataset && setCell(notebookCell(settings, dataset));

  const table = useMemo(() => (
    <table class="runs">
      <thead>
        <tr>
          <th scope="col"><span class="unseen">overlay</span></th>
          {columns.map(({ key, label, title, number }) => (
            <th key={key} scope="col" class={number ? 'number' : ''} aria-sort={sort.column === key ? (sort.descending ? 'descending' : 'ascending') : 'none'}>
              <button type="button" class="link" title={`${title}; sort`} onClick={() => dispatch({ type: 'sort', column: key })}>{label}<span class="arrow" aria-hidden="true">{sort.column === key ? (sort.descending ? '▾' : '▴') : ''}</span></button>
            </th>
          ))}
          <th scope="col"><span class="unseen">actions</span></th>
        </tr>
      </thead>
      <tbody>
        {rows.map((run) => {
          const { key, name, settings, validationAccuracy, trainAccuracy, seconds, finished, outcome, sameData } = run;
          const colour = colours.get(key);
          const label = name || describeSettings(settings);
          return (
            <tr key={key} data-key={key} class={overlays.includes(key) ? 'overlaid' : ''} onClick={() => dispatch({ type: 'overlay', key })}>
              <td class="mark" style={colour ? { boxShadow: `inset 4px 0 ${colour}` } : undefined}>
                <input type="checkbox" checked={overlays.includes(key)} aria-label={`overlay ${label}`} onClick={(event) => event.stopPropagation()} onChange={() => dispatch({ type: 'overlay', key })} />
              </td>
              <td><DraftInput class="name" aria-label="name of the run" value={name} placeholder={describeSettings(settings)} title={describeSettings(settings)} maxLength={100} onClick={(event) => event.stopPropagation()}
                onCommit={(text) => void rename(page, key, text)} /></td>
              <td class="number strong">{outcome === 'diverged' ? 'diverged' : percent(validationAccuracy)}</td>
              <td class="number">{percent(trainAccuracy)}</td>
              <td class="number">{short(settings.lambda)}</td>
              <td class="number">{short(etaRangeOf(settings).etaMax)}</td>
              <td class="number">{settings.layers.slice(1, -1).join('-') || 'none'}</td>
              <td class="number">{settings.updates.toLocaleString('en-GB')}</td>
              <td class="number">{seconds < 60 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`}</td>
              <td class="number faint">{when(finished)}</td>
              <td class="tools">
                <IconButton icon="eye" label="Look at this network and its curves" pressed={looked === key} disabled={outcome === 'diverged' || !sameData} onClick={() => dispatch({ type: 'focus', id: key })} />
                <IconButton icon="load" label="Put its settings into the form" onClick={() => dispatch({ type: 'form', change: formOf(settings) })} />
                <IconButton icon="download" label="Save its curves as CSV" onClick={() => void saveCurve(run)} />
                <IconButton icon="code" label="Show the notebook cell that repeats it" onClick={() => showCell(run)} />
                <IconButton icon="remove" label="Delete this run" onClick={() => { if (confirm(`Delete the run “${label}”?`)) void removeRun(page, key); }} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  ), [rows, sort, overlays, colours, looked, dataset]);

  return (
    <section class="panel runs-panel" aria-label="Runs">
      <div class="table-part">
        <header>
          <h2>Runs</h2>
          <span class="faint">{rows.length === runs.length ? runs.length : `${rows.length} of ${runs.length}`}</span>
          {overlays.length > 0 && <button type="button" onClick={() => dispatch({ type: 'clear-overlays' })}>No overlays</button>}
          <button type="button" class="push" disabled={runs.length === 0} onClick={() => saveText('clr-lab-runs.csv', runsToCsv(rows))}><Icon name="download" />CSV</button>
        </header>
        <div class="scroll">{runs.length === 0 ? <p class="empty">Finished runs appear here, also those of notebooks and of the command line.</p> : table}</div>
      </div>
      <div class="parallel-part">
        <header>
          <h2>Parallel coordinates</h2>
          <label class="top">best <input type="range" min={5} max={100} step={5} value={topPercent} aria-label="the best so many per cent are picked out" onInput={({ currentTarget }) => dispatch({ type: 'top', percent: Number(currentTarget.value) })} /> <output>{topPercent} %</output></label>
          {Object.keys(brushes).length > 0 && <button type="button" onClick={() => dispatch({ type: 'clear-brushes' })}>Clear brushes</button>}
        </header>
        <ParallelCoordinates />
      </div>
      {cell !== undefined && <CellDialog code={cell} onClose={() => setCell(undefined)} />}
    </section>
  );
}

function CellDialog({ code, onClose }: { readonly code: string; readonly onClose: () => void }) {
  const open = (dialog: HTMLDialogElement | null) => {
    if (dialog && !dialog.open) dialog.showModal();
  };
  return (
    <dialog ref={open} onClose={onClose} aria-label="Notebook cell">
      <h2>Notebook cell</h2>
      <p class="faint">Repeats the run to the same bytes, on the same data, engine and versions.</p>
      <textarea readOnly rows={16} spellcheck={false} onFocus={({ currentTarget }) => currentTarget.select()}>{code}</textarea>
      <div class="buttons">
        <button type="button" class="primary" onClick={() => void navigator.clipboard?.writeText(code).catch(() => {})}>Copy</button>
        <button type="button" onClick={() => saveText('clr-lab-run.ts', code, 'text/plain')}>Save as a file</button>
        <form method="dialog"><button type="submit">Close</button></form>
      </div>
    </dialog>
  );
}

function percent(fraction: number | null): string {
  return fraction === null ? '' : `${(100 * fraction).toFixed(2)} %`;
}

/** Today the time, else the day. */
function when(iso: string): string {
  const date = new Date(iso);
  return date.toDateString() === new Date().toDateString() ? date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' }) : date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
}
