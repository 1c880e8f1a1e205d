import { escapeHtml } from '../../tables';
import { slot } from './displays';

export interface ProgressOptions {
  /** How much there is to do. A positive number. */
  total: number;
  /** What is being done. Default none. */
  title?: string;
  /** Milliseconds of a clock that never goes back. Default: the process's. */
  now?: () => number;
  /** Where a plain Node process writes, if it is a terminal. Default: stderr. */
  terminal?: { readonly isTTY?: boolean; write(text: string): unknown };
}

/** A bar with the time left. */
export interface Progress {
  /** So much is done. Drawn at most four times a second; `note` stands beside the bar. */
  update(done: number, note?: string): void;
  /** The bar gives way to a line that stays: how much was done in what time. */
  finish(note?: string): void;
}

/** Milliseconds between two drawings. */
export const drawInterval = 250;

/** A progress bar below the running cell, changed in place; in a plain Node process a line on the terminal. */
export function progress({ total, title = '', now = () => performance.now(), terminal = process.stderr }: ProgressOptions): Progress {
  if (!(total > 0)) throw new RangeError(`progress: total is ${total}; it must be a positive number`);
  const place = slot();
  const start = now();
  let state = { done: 0, note: '' };
  let drawn = -Infinity;

  const draw = (finished: boolean): void => {
    drawn = now();
    const seconds = (drawn - start) / 1000;
    const time = finished ? `in ${duration(seconds)}` : timeLeft(state.done / total, seconds);
    const text = [title, `${amount(state.done)}/${amount(total)}`, time, state.note].filter(Boolean).join(' · ');
    const shown = place.set({ 'text/html': finished ? line(text) : bar(state.done / total) + line(text), 'text/plain': text });
    if (!shown && terminal.isTTY === true) terminal.write(`\r${text}\u001b[K${finished ? '\n' : ''}`);
  };
  return {
    update(done, note = '') {
      state = { done, note };
      if (now() - drawn >= drawInterval) draw(false);
    },
    finish(note = state.note) {
      state = { ...state, note };
      draw(true);
    },
  };
}

function bar(fraction: number): string {
  return `<progress max="1" value="${Math.min(1, fraction).toFixed(4)}" style="width:100%;max-width:480px"></progress>`;
}

function line(text: string): string {
  return `<div style="font-size:90%;font-variant-numeric:tabular-nums">${escapeHtml(text)}</div>`;
}

function timeLeft(fraction: number, seconds: number): string {
  return fraction <= 0 || fraction >= 1 ? '' : `${duration(seconds * (1 - fraction) / fraction)} left`;
}

function amount(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 1 });
}

/** 0.8 s, 12 s, 3 min 05 s, 2 h 07 min. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (n: number): string => String(n).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor(whole % 3600 / 60))} min`;
}
