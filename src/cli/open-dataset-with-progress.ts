import { SingleBar } from 'cli-progress';
import type { Dataset } from '../data/dataset';
import { openDataset, type OpenDatasetOptions } from '../data/open-dataset';

/** Opens the data set; a download shows a progress bar in the terminal. */
export async function openDatasetWithProgress(options: OpenDatasetOptions = {}): Promise<Dataset> {
  const bar = new SingleBar({ format: 'downloading CIFAR-10 |{bar}| {percentage} % of {size} MB, {eta_formatted} left', hideCursor: true });
  let started = false;
  try {
    return await openDataset({
      ...options,
      onProgress({ stage, done, total }) {
        if (stage !== 'download') return;
        if (!started) bar.start(total, done, { size: Math.round(total / 1e6) });
        started = true;
        bar.update(done);
      },
    });
  } finally {
    if (started) bar.stop();
  }
}
