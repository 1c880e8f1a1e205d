import type { ExecutedNotebook } from '../notebook/execute/execute';
import type { NotebookFile } from './notebooks';

/** A notebook with its outputs. */
export interface ReportedNotebook {
  readonly file: NotebookFile;
  readonly executed: ExecutedNotebook;
}
