import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { sequentialColour } from '../../figures/template';
import { short } from '../describe-settings';
import { seriesColour } from './figures';
import { usePage } from './page';
import { seriesOf } from './series';
import type { Brush } from './state';
import { axesOf, type LineAxis, linesOf, topLines, withinBrushes } from './table-rows';

const margin = { top: 34, right: 58, bottom: 14, left: 22 };
/** How far an arrow key moves the edge of a brush. */
const keyStep = 0.05;

/**
 * Each run as a line over its parameters to its validation accuracy. Dragging along an axis, or arrow keys on it, keeps the runs of that part; the best
 * runs are picked out.
 */
export function ParallelCoordinates() {
  const { state, dispatch, dark } = usePage();
  const { runs, jobs, brushes, topPercent, overlays, focus } = state;
  const place = useRef<HTMLDivElement>(null);
  const [{ width, height }, setSize] = useState({ width: 480, height: 180 });
  useLayoutEffect(() => {
    const element = place.current!;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const lines = useMemo(() => linesOf(runs, jobs), [runs, jobs]);
  const axes = useMemo(() => axesOf(lines), [lines]);
  const top = useMemo(() => topLines(lines, topPercent), [lines, topPercent]);
  const within = useMemo(() => withinBrushes(axes, lines.length, brushes), [axes, lines, brushes]);

  const colours = useMemo(() => new Map(seriesOf({ runs, jobs, overlays, focus, curves: {} }).map((series) => [series.id, seriesColour(series, dark)])), [runs, jobs, overlays, focus, dark]);

  const x = (axis: number) => margin.left + (axis * (width - margin.left - margin.right)) / Math.max(1, axes.length - 1);
  const inner = Math.max(10, height - margin.top - margin.bottom);
  const y = (at: number) => margin.top + (1 - at) * inner;
  const drag = (key: string, event: PointerEvent) => {
    const box = place.current!.getBoundingClientRect();
    const at = ({ clientY }: { readonly clientY: number }) => Math.min(1, Math.max(0, 1 - (clientY - box.top - margin.top) / inner));
    const start = at(event);
    const target = event.currentTarget as Element;
    target.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent) => dispatch({ type: 'brush', axis: key, brush: [Math.min(start, at(moved)), Math.max(start, at(moved))] });
    const end = (ended: PointerEvent) => {
      target.removeEventListener('pointermove', move as EventListener);
      if (Math.abs(at(ended) - start) < 0.02) dispatch({ type: 'brush', axis: key, brush: null });
    };
    target.addEventListener('pointermove', move as EventListener);
    target.addEventListener('pointerup', end as EventListener, { once: true });
  };

  if (lines.length === 0) return <div ref={place} class="parallel"><p class="empty">Each finished run is a line here.</p></div>;
  const order = lines.map((_, index) => index).sort((a, b) => rank(a) - rank(b));
  function rank(index: number): number {
    return (within[index] ? 2 : 0) + (top.has(lines[index]!.id) ? 1 : 0);
  }
  return (
    <div ref={place} class="parallel">
      <svg width={width} height={height} role="group" aria-label={`Parallel coordinates of ${lines.length} runs`}>
        {order.map((index) => {
          const { id, value } = lines[index]!;
          const best = top.has(id);
          const path = axes.map(({ places }, axis) => `${axis === 0 ? 'M' : 'L'}${x(axis).toFixed(1)} ${y(places[index]!).toFixed(1)}`).join('');
          const shade = axes.at(-1)!.places[index]!;
          const chosen = colours.get(id);
          const colour = chosen ?? (best ? (dark ? sequentialColour(0.25 + 0.35 * shade) : sequentialColour(0.6 + 0.4 * shade)) : 'currentColor');
          return <path key={id} d={path} fill="none" stroke={colour} stroke-width={chosen ? 3 : best ? 2 : 1.2} opacity={within[index] ? (best || chosen ? 1 : 0.3) : 0.06}><title>{(100 * value).toFixed(2)} %</title></path>;
        })}
        {axes.map((axis, index) => <AxisLine key={axis.key} axis={axis} x={x(index)} y={y} inner={inner} brush={brushes[axis.key]} onBrush={(brush) => dispatch({ type: 'brush', axis: axis.key, brush })} onDrag={(event) => drag(axis.key, event)} first={index === 0} last={index === axes.length - 1} />)}
      </svg>
    </div>
  );
}

interface AxisLineProps {
  readonly axis: LineAxis;
  readonly x: number;
  readonly y: (at: number) => number;
  readonly inner: number;
  readonly brush: Brush | undefined;
  readonly first: boolean;
  readonly last: boolean;
  readonly onBrush: (brush: Brush | null) => void;
  readonly onDrag: (event: PointerEvent) => void;
}

function AxisLine({ axis: { key, label, ticks, percent }, x, y, inner, brush, first, last, onBrush, onDrag }: AxisLineProps) {
  const [low, high] = brush ?? [0, 1];
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowUp' ? keyStep : event.key === 'ArrowDown' ? -keyStep : undefined;
    if (event.key === 'Escape') onBrush(null);
    else if (step !== undefined) onBrush(event.shiftKey ? [low, Math.min(1, Math.max(low, high + step))] : [Math.max(0, Math.min(high, low + step)), high]);
    else return;
    event.preventDefault();
  };
  return (
    <g data-axis={key}>
      <line x1={x} x2={x} y1={y(1)} y2={y(0)} class="axis" />
      <text x={first ? x - 12 : last ? x + 50 : x} y={14} text-anchor={first ? 'start' : last ? 'end' : 'middle'} class="axis-label">{label}</text>
      {ticks.map(({ at, value }) => <text key={at} x={x + 5} y={y(at) + 3.5} class="tick">{percent ? `${(100 * value).toFixed(1)} %` : short(value)}</text>)}
      {brush && <rect x={x - 6} width={12} y={y(high)} height={Math.max(2, (high - low) * inner)} class="brush" />}
      <rect x={x - 12} width={24} y={y(1) - 6} height={inner + 12} class="handle" tabindex={0} role="slider" aria-orientation="vertical" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(100 * low)}
        aria-label={`${label}: keeps runs from ${Math.round(100 * low)} to ${Math.round(100 * high)} per cent of the axis; arrows move the lower end, with shift the upper one, escape clears`}
        onPointerDown={onDrag} onKeyDown={onKeyDown} />
    </g>
  );
}
