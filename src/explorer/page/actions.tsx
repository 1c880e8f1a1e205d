import { useState } from 'preact/hooks';
import { Icon } from './icons';
import { command, submit, usePage } from './page';
import { activeJob } from './state';

/** Run, Pause, Stop, and the two searches. */
export function Actions() {
  const page = usePage();
  const { state } = page;
  const active = activeJob(state);
  const paused = active?.state === 'paused';
  const ready = state.connection === 'open';
  const [range, setRange] = useState({ from: '1e-5', to: '1e-1', count: '8' });
  const sweep = { from: Number(range.from), to: Number(range.to), count: Number(range.count) };
  const entry = (key: keyof typeof range, label: string) => (
    <input type="text" inputMode="decimal" aria-label={label} value={range[key]} onInput={({ currentTarget }) => setRange({ ...range, [key]: currentTarget.value })} />
  );
  return (
    <div class="actions">
      <div class="buttons">
        <button type="button" class="primary" disabled={!ready} onClick={() => void submit(page, { kind: 'run' })}><Icon name="play" />{active ? 'Queue' : 'Run'}</button>
        <button type="button" disabled={active === undefined || active.kind === 'sweep'} onClick={() => active && void command(page, active.id, paused ? 'resume' : 'pause')}>
          <Icon name={paused ? 'play' : 'pause'} />{paused ? 'Resume' : 'Pause'}
        </button>
        <button type="button" disabled={active === undefined} onClick={() => active && void command(page, active.id, 'stop')}><Icon name="stop" />Stop</button>
      </div>
      <div class="buttons searches">
        <button type="button" disabled={!ready} title="Trains once while the learning rate rises, and suggests η min and η max" onClick={() => void submit(page, { kind: 'range-test' })}>LR range test</button>
        <details>
          <summary>λ search</summary>
          <div class="sweep">
            <label>from {entry('from', 'smallest lambda')}</label>
            <label>to {entry('to', 'largest lambda')}</label>
            <label>values {entry('count', 'how many values of lambda')}</label>
            <button type="button" disabled={!ready} onClick={() => void submit(page, { kind: 'sweep', sweep })}>Search</button>
          </div>
        </details>
      </div>
    </div>
  );
}
