import { formFromQuery, formToQuery } from '../form';
import type { AddressPart } from './state';

/** The part of the page's state that is in its address, after the '#'. */
export function toAddress({ form, overlays, axis, topPercent, focus }: AddressPart): string {
  return new URLSearchParams({
    ...formToQuery(form),
    ...(axis === 'epoch' ? {} : { axis }),
    ...(topPercent === 20 ? {} : { top: String(topPercent) }),
    ...(focus === null ? {} : { run: focus }),
    ...(overlays.length === 0 ? {} : { overlay: overlays.join(',') }),
  }).toString();
}

/** The other way round; what is senseless is as if it were not there. */
export function fromAddress(hash: string): AddressPart {
  const query = Object.fromEntries(new URLSearchParams(hash.replace(/^#/, '')));
  const key = /^[0-9a-f]{64}$/;
  const top = Number(query['top']);
  return {
    form: formFromQuery(query),
    axis: query['axis'] === 'update' ? 'update' : 'epoch',
    topPercent: Number.isInteger(top) && top >= 5 && top <= 100 ? top : 20,
    focus: key.test(query['run'] ?? '') ? query['run'] : null,
    overlays: [...new Set((query['overlay'] ?? '').split(',').filter((text) => key.test(text)))].slice(0, 7),
  };
}
