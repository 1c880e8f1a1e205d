import { useState } from 'preact/hooks';

interface DraftInputProps {
  readonly value: string;
  readonly onCommit: (text: string) => void;
  readonly id?: string;
  readonly class?: string;
  readonly inputMode?: 'decimal';
  readonly placeholder?: string;
  readonly title?: string;
  readonly maxLength?: number;
  readonly 'aria-label'?: string;
  readonly 'data-number'?: string;
  readonly onClick?: (event: MouseEvent) => void;
}

/** A field whose text counts when it is left or Enter is pressed. Until then what is typed stays, whatever happens elsewhere in the page. */
export function DraftInput({ value, onCommit, ...others }: DraftInputProps) {
  const [draft, setDraft] = useState<string>();
  return (
    <input type="text" {...others} value={draft ?? value}
      onInput={({ currentTarget }) => setDraft(currentTarget.value)}
      onChange={({ currentTarget }) => { onCommit(currentTarget.value); setDraft(undefined); }}
      onBlur={() => setDraft(undefined)} />
  );
}
