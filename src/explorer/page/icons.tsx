const paths = {
  play: 'M4 2.5v11l9-5.5z',
  pause: 'M4 2.5h3v11H4zM9 2.5h3v11H9z',
  stop: 'M3 3h10v10H3z',
  remove: 'M4 2.6 2.6 4l4 4-4 4L4 13.4l4-4 4 4 1.4-1.4-4-4 4-4L12 2.6l-4 4z',
  download: 'M7 1.5h2v6h3L8 12 4 7.500h3zM2.500 13h11v1.500h-11z',
  code: 'm5.500 4 1.300 1.300L4.100 8l2.700 2.700L5.500 12l-4-4zm5 0L9.200 5.300 11.900 8l-2.700 2.700 1.300 1.300 4-4z',
  load: 'M8 2.500V0L4 3.500 8 7V4.500a4 4 0 1 1-4 4H2a6 6 0 1 0 6-6z',
  eye: 'M8 3C4 3 1.200 6.200.500 8 1.200 9.800 4 13 8 13s6.800-3.200 7.500-5C14.800 6.200 12 3 8 3zm0 8a3 3 0 1 1 0-6 3 3 0 0 1 0 6zm0-1.600a1.400 1.400 0 1 0 0-2.800 1.400 1.400 0 0 0 0 2.800z',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }) {
  return <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true" focusable="false"><path d={paths[name]} fill="currentColor" /></svg>;
}

export interface IconButtonProps {
  readonly icon: IconName;
  /** What it does, for all: read aloud, and shown when pointed at. */
  readonly label: string;
  readonly onClick: () => void;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
}

/** A small button with a picture. */
export function IconButton({ icon, label, onClick, pressed, disabled = false }: IconButtonProps) {
  return (
    <button type="button" class="icon" title={label} aria-label={label} aria-pressed={pressed} disabled={disabled} onClick={(event) => { event.stopPropagation(); onClick(); }}>
      <Icon name={icon} />
    </button>
  );
}
