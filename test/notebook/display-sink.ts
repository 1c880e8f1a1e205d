import { setDisplaySink } from '../../src/notebook/outputs';

export interface Shown {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  readonly displayId: string | undefined;
}

/** What a notebook holds after displays and updates, and every message on the way. */
export interface Notebook {
  readonly outputs: Shown[];
  readonly messages: (Shown & { readonly update: boolean })[];
}

/** Takes all displays from now on, as a notebook does: an update changes the outputs of its id. */
export function takeDisplays(): Notebook {
  const notebook: Notebook = { outputs: [], messages: [] };
  setDisplaySink((data, { displayId, update = false, metadata = {} }) => {
    notebook.messages.push({ data, metadata, displayId, update });
    if (!update) notebook.outputs.push({ data, metadata, displayId });
    else notebook.outputs.filter((output) => output.displayId === displayId).forEach((output) => Object.assign(output, { data, metadata }));
  });
  return notebook;
}
