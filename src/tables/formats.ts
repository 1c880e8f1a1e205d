import type { RowColour, Table } from './table';

// Dark text on a light ground, also where the page is dark.
const grounds: Readonly<Record<RowColour, string>> = { green: '#c8ebd0', yellow: '#fff3bf', red: '#fbd5d5', grey: '#e7e9ec' };

/** The table as HTML: headings with scope, a caption, its few styles inline, all text escaped. Readable without the styles too. */
export function toHtml({ columns, text, align, colours, caption }: Table): string {
  const cellStyle = (i: number): string => `text-align:${align[i]};padding:4px 12px`;
  const head = columns.map((name, i) => `<th scope="col" style="${cellStyle(i)};border-bottom:2px solid #8c959f">${escapeHtml(name)}</th>`).join('');
  const body = text.map((row, r) => {
    const colour = colours[r] ?? null;
    const cells = row.map((cell, i) => {
      const content = colour === 'green' ? `<strong>${escapeHtml(cell)}</strong>` : escapeHtml(cell);
      return `<td style="${cellStyle(i)};border-bottom:1px solid #d0d7de">${content}</td>`;
    });
    const style = colour === null ? '' : ` style="background:${grounds[colour]};color:#24292f"`;
    return `<tr${style}>${cells.join('')}</tr>`;
  });
  const heading = caption === '' ? '' : `<caption style="text-align:left;padding:4px 12px;caption-side:top;font-weight:bold">${escapeHtml(caption)}</caption>`;
  return `<table style="border-collapse:collapse;margin:8px 0;font-variant-numeric:tabular-nums">${heading}<thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

/** The table as text in columns, for a terminal. */
export function toText({ columns, text, align, colours, caption }: Table): string {
  const widths = columns.map((name, i) => Math.max(name.length, ...text.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string => cells.map((cell, i) => (align[i] === 'right' ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join('  ');
  const rows = text.map((row, r) => (line(row) + (colours[r] ? `  (${colours[r]})` : '')).trimEnd());
  return [...(caption === '' ? [] : [caption]), line(columns).trimEnd(), widths.map((width) => '-'.repeat(width)).join('  '), ...rows].join('\n');
}

/** The values as CSV (RFC 4180), with a heading; numbers in full. Not Danfo's, which does not quote quotation marks. */
export function toCsv({ columns, rows }: Table): string {
  const field = (cell: unknown): string => {
    const written = cell === null ? '' : String(cell);
    return /[",\r\n]/.test(written) ? `"${written.replaceAll('"', '""')}"` : written;
  };
  return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** Text that stands for itself in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
