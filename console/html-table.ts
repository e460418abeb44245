import { type Content, markup, type Html } from './html';

/**
 * A table for wide screens, laid out as cards on narrow ones. Explicit roles keep it a table for screen readers, because
 * `display` removes the implicit roles.
 * @param headers one that starts with `~` is for a column of buttons or check boxes and visible to screen readers only
 * @param kind class of the table: `letters` has two lines per row on narrow screens instead of a card
 * @param rows one cell for each header; the first cell whose header is visible is the row's header
 */
export function table(
  caption: string,
  headers: readonly string[],
  rows: readonly (readonly Content[])[],
  kind?: 'letters',
): Html {
  const headerCells = headers.map((header) =>
    header.startsWith('~') ? markup`<span class="visually-hidden">${header.slice(1)}</span>` : markup`${header}`,
  );
  return markup`<table role="table" class="${kind}">
    <caption class="visually-hidden">
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${headerCells.map((header) => markup`<th role="columnheader" scope="col">${header}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map((cells) => row(headers, cells))}
    </tbody>
  </table>`;
}

function row(headers: readonly string[], cells: readonly Content[]): Html {
  const head = headers.findIndex((header) => !header.startsWith('~'));
  return markup`<tr role="row">
    ${cells.map((cell, index) => {
      const header = headers[index] ?? '';
      const label = header.startsWith('~') ? '' : header;
      if (index === head) return markup`<th role="rowheader" scope="row" data-label="${label}"><div>${cell}</div></th>`;
      return markup`<td role="cell" data-label="${label}"><div>${cell}</div></td>`;
    })}
  </tr>`;
}

/** Name-value pairs as a list. */
export function facts(pairs: readonly (readonly [name: string, value: Content])[]): Html {
  return markup`<dl>
    ${pairs.map(
      ([name, value]) =>
        markup`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
