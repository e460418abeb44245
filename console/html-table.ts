import { type Content, markup, type Html } from './html';

/**
 * A table that stays one for a screen reader where it is laid out as cards on a narrow screen: the roles are named because
 * `display` takes them away.
 * @param headers an empty one is for a column of buttons or boxes; it is said, not shown, with what follows `~`
 * @param rows as many cells as there are headers; the first one that is no box heads its row
 */
export function table(caption: string, headers: readonly string[], rows: readonly (readonly Content[])[]): Html {
  const shownHeaders = headers.map((header) =>
    header.startsWith('~') ? markup`<span class="unseen">${header.slice(1)}</span>` : markup`${header}`,
  );
  return markup`<table role="table">
    <caption class="unseen">
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${shownHeaders.map((header) => markup`<th role="columnheader" scope="col">${header}</th>`)}
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

/** Names and values, one below the other. */
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
