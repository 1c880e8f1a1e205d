import { describeSettings, short } from '../describe-settings';
import type { Job, SweepTrial } from '../messages';
import { IconButton } from './icons';
import { command, forget, type Page, usePage } from './page';
import { hasEnded, shown } from './state';

const kinds = { 'run': 'Run', 'range-test': 'LR range test', 'sweep': 'λ search' } as const;
const states = { queued: 'waiting', running: 'training', paused: 'paused', done: 'done', stopped: 'stopped', failed: 'failed' } as const;

/** What was asked for, newest first. */
export function Jobs() {
  const page = usePage();
  const { jobs } = page.state;
  if (jobs.length === 0) return null;
  return (
    <div class="jobs">
      <h2>Jobs</h2>
      <ul>{[...jobs].reverse().map((job) => <JobItem key={job.id} job={job} page={page} />)}</ul>
    </div>
  );
}

const rounded = (eta: number) => Number(eta.toPrecision(2));

function JobItem({ job, page }: { readonly job: Job; readonly page: Page }) {
  const { id, kind, state, name, settings, message, suggestion, trials = [], total = 1 } = job;
  const ended = hasEnded(job);
  const fraction = kind === 'sweep' ? trials.filter((trial) => trial.state !== 'running').length / total : job.update / job.updates;
  const progress = kind === 'sweep' ? `${trials.filter((trial) => trial.state !== 'running').length} of ${total} trials` : `${job.update.toLocaleString('en-GB')} of ${job.updates.toLocaleString('en-GB')}${ended ? ' updates' : ''}`;
  return (
    <li class={`job ${state}`} data-job={id} data-state={state} aria-current={shown(page.state) === id}>
      <div class="line">
        <button type="button" class="link" title="Show its curves" onClick={() => page.dispatch({ type: 'focus', id })}>{kind === 'run' ? name || describeSettings(settings) : kinds[kind]}</button>
        {!ended && state !== 'queued' && kind !== 'sweep' && <IconButton icon={state === 'paused' ? 'play' : 'pause'} label={state === 'paused' ? 'Resume this job' : 'Pause this job'} onClick={() => void command(page, id, state === 'paused' ? 'resume' : 'pause')} />}
        {!ended && <IconButton icon="stop" label={state === 'queued' ? 'Take this job out of the queue' : 'Stop this job'} onClick={() => void command(page, id, 'stop')} />}
        {ended && <IconButton icon="remove" label="Take this job off the list; its run stays" onClick={() => void forget(page, id)} />}
      </div>
      <div class="line faint"><span class="state">{states[state]}</span>{!ended && state !== 'queued' ? <progress max={1} value={fraction} aria-label="progress" /> : null}<span>{state === 'queued' ? '' : progress}</span></div>
      <AtWork trials={trials} />
      {message !== '' && <p class={state === 'failed' ? 'error' : 'faint'}>{message}</p>}
      {suggestion && (
        <div class="line suggestion">
          <span>steepest at η {short(suggestion.steepest)}, lowest at {short(suggestion.beforeDivergence)}</span>
          <button type="button" title="Put them into the form, as η min and η max" onClick={() => page.dispatch({ type: 'form', change: { schedule: 'cyclical', etaMin: rounded(suggestion.steepest), etaMax: rounded(suggestion.beforeDivergence) } })}>Apply</button>
        </div>
      )}
    </li>
  );
}

/** Who trains which trial of a search just now. */
function AtWork({ trials }: { readonly trials: readonly SweepTrial[] }) {
  const running = trials.filter(({ state, worker }) => state === 'running' && worker !== '');
  if (running.length === 0) return null;
  return <ul class="at-work faint" aria-label="At work">{running.map(({ number, worker, parameters }) => <li key={number} data-worker={worker}>{worker}: λ {short(parameters.lambda)}</li>)}</ul>;
}
