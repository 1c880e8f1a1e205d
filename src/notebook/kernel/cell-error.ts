import { inspect } from 'node:util';
import type { Diagnostic } from 'tslab/dist/converter';
import { excerpt, readableStack } from './source-positions';

/** Why a cell failed, as Jupyter's `error` message says it. */
export interface CellError {
  /** The error's name: `RangeError`, `TypeScriptError`, `Interrupted`, … */
  readonly ename: string;
  /** Its message. */
  readonly evalue: string;
  /** Lines to be shown, the last the innermost frame. */
  readonly traceback: readonly string[];
}

/** The error of a cell that threw `reason`, which need not be an Error. */
export function thrownError(reason: unknown): CellError {
  if (!isError(reason)) {
    const evalue = typeof reason === 'string' ? reason : inspect(reason);
    return { ename: 'Thrown', evalue, traceback: [`Thrown: ${evalue}`] };
  }
  const { excerpt: picture } = readableStack(reason.stack ?? '');
  const traceback = picture === undefined ? describe(reason) : [`${picture}\n`, ...describe(reason)];
  return { ename: reason.name || 'Error', evalue: reason.message, traceback };
}

/** An error with its frames, its cause, and the errors that an AggregateError gathers. */
function describe(error: Error, depth = 0): string[] {
  const lines = [`${error.name || 'Error'}: ${error.message}`, ...readableStack(error.stack ?? '').frames];
  if (depth === 4) return lines;
  const { cause, errors } = error as Error & { errors?: unknown };
  const further = [
    ...(cause === undefined ? [] : [['caused by ', cause] as const]),
    ...(Array.isArray(errors) ? errors.map((each: unknown, i) => [`error ${i + 1}: `, each] as const) : []),
  ];
  for (const [title, inner] of further) {
    const [first, ...rest] = isError(inner) ? describe(inner, depth + 1) : [inspect(inner)];
    lines.push(`${title}${first}`, ...rest);
  }
  return lines;
}

// An error of another realm, as the vm module's, is no instance of this one's Error.
function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** The error of a cell that was interrupted. */
export const interruptedError: CellError = {
  ename: 'Interrupted',
  evalue: 'the cell was interrupted; what it had computed until then is kept',
  traceback: ['Interrupted: the cell was interrupted; what it had computed until then is kept'],
};

/** The error of a cell that TypeScript refuses; `diagnostics` is not empty. */
export function typeScriptError(source: string, diagnostics: readonly Diagnostic[]): CellError {
  const shown = diagnostics.map((diagnostic) => {
    const position = { line: diagnostic.start.line + 1, column: diagnostic.start.character + 1 };
    const place = `${diagnostic.fileName ?? 'line'}${diagnostic.fileName ? ':' : ' '}${position.line}:${position.column}`;
    const text = `${place} - TS${diagnostic.code}: ${diagnostic.messageText}`;
    return { text, picture: diagnostic.fileName === undefined ? excerpt(source, position) : undefined };
  });
  const evalue = shown.map(({ text }) => text).join('\n');
  const pictures = shown.map(({ text, picture }, i) => {
    // A message of several parts comes as several diagnostics at one place: one picture is enough.
    const repeated = picture === undefined || picture === shown[i - 1]?.picture;
    return repeated ? text : `${picture}\n${text}`;
  });
  return { ename: 'TypeScriptError', evalue, traceback: [`TypeScriptError: this cell was not run`, ...pictures] };
}

/** The error of every cell while the library's source does not compile. */
export function buildError(text: string): CellError {
  const evalue = 'src/ of clr-lab does not compile; correct it and restart the kernel';
  return { ename: 'BuildError', evalue, traceback: [`BuildError: ${evalue}`, text] };
}
