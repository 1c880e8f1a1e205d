import { syntheticInUse } from '../../data/provenance';
import type { Figure } from '../../figures/figure';
import { markSyntheticPicture, type Picture } from '../../figures/picture';
import { markSynthetic } from '../../figures/template';
import { markSyntheticTable, type Table } from '../../tables';

// Everything that is displayed passes here: made from synthetic data, it says so.

export function stampFigure(figure: Figure): Figure {
  return syntheticInUse() ? markSynthetic(figure) : figure;
}

export function stampPicture(picture: Picture): Picture {
  return syntheticInUse() ? markSyntheticPicture(picture) : picture;
}

export function stampTable(table: Table): Table {
  return syntheticInUse() ? markSyntheticTable(table) : table;
}
