import { useMemo, useState } from 'preact/hooks';
import { curvesFigure, rangeTestFigure, seriesColour, timelineFigure } from './figures';
import { IconButton } from './icons';
import { usePage } from './page';
import { Plot } from './plot';
import { seriesOf } from './series';
import { activeJob, isKey, shown } from './state';

/** The middle: live curves of what is looked at, and of the overlays. */
export function CurvesPanel() {
  const { state, dispatch, dark } = usePage();
  const [width, setWidth] = useState(800);
  const { jobs, runs, curves, overlays, focus, axis } = state;
  const series = useMemo(() => seriesOf(state), [jobs, runs, curves, overlays, focus]);
  const id = shown(state);
  const job = jobs.find((each) => each.id === id);
  const stacked = width < 480;
  const figure = useMemo(
    () => (job?.kind === 'range-test' && series[0] ? rangeTestFigure(series[0], job.suggestion, dark) : curvesFigure(series, { axis, dark, stacked })),
    [series, job?.kind, job?.suggestion, axis, dark, stacked],
  );
  const trials = job?.trials ?? [];
  const workers = new Set(trials.flatMap(({ stint }) => stint?.worker ?? [])).size;
  const timeline = useMemo(() => (workers === 0 ? undefined : timelineFigure(trials, dark)), [job?.trials, dark]);
  const active = activeJob(state);
  return (
    <section class={`panel curves ${job ? `shows-${job.kind}` : ''}`} aria-label="Curves">
      <header>
        <h2>{job?.kind === 'range-test' ? 'Range test' : 'Curves'}</h2>
        <ul class="legend">
          {job?.kind !== 'range-test' && series.map((each) => (
            <li key={each.id} data-series={each.id}>
              <span class="swatch" style={{ background: seriesColour(each, dark) }} />
              <span class="label" title={each.label}>{each.label}</span>
              {!each.main && <IconButton icon="remove" label={`Take ${each.label} off the curves`} onClick={() => dispatch({ type: 'overlay', key: each.id })} />}
            </li>
          ))}
        </ul>
        {focus !== null && active && active.id !== focus && <button type="button" onClick={() => dispatch({ type: 'focus', id: null })}>Back to the training</button>}
        {job?.kind !== 'range-test' && (
          <div class="switch" role="radiogroup" aria-label="horizontal axis">
            {(['epoch', 'update'] as const).map((each) => (
              <label key={each}><input type="radio" name="axis" checked={axis === each} onChange={() => dispatch({ type: 'axis', axis: each })} /><span>{each}</span></label>
            ))}
          </div>
        )}
      </header>
      {series.length === 0 && <p class="empty">Press <b>Run</b> to train a network with these settings, or choose runs in the table below. The curves grow while it trains.</p>}
      <Plot figure={figure} onWidth={setWidth} toolbar label={job?.kind === 'range-test' ? 'Validation loss against the learning rate' : `Cost, loss, accuracy and learning rate against the ${axis} of ${series.map(({ label }) => label).join('; ') || 'no run'}`} class={series.length === 0 ? 'hidden' : ''} />
      {timeline && <div class="timeline" style={{ height: `${42 + 20 * Math.min(12, workers)}px` }}><Plot figure={timeline} label="Who trained which trials when" /></div>}
      {job?.kind !== 'range-test' && series.length > 0 && (
        <p class="key faint"><Dash /> training <Dash dotted /> validation · thin: live, on up to 1,000 images · thick: all images{id !== null && isKey(id) ? ' · from the store' : ''}</p>
      )}
    </section>
  );
}

function Dash({ dotted = false }: { readonly dotted?: boolean }) {
  return <svg width="26" height="8" aria-hidden="true"><line x1="0" y1="4" x2="26" y2="4" stroke="currentColor" stroke-width="2" stroke-dasharray={dotted ? '2 3' : undefined} /></svg>;
}
