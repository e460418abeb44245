import type { DeadLetterSummary } from '../../contract/operations';
import { redriveObstacle } from '../../contract/redrive-obstacle';
import { markup, type Html } from '../html';
import type { Console, Look } from '../renderer';

interface RedriveButton {
  readonly look?: Look;
  /** Position of the dead letter, as in a request. */
  readonly near?: string;
  /** The dead letter's name, for screen readers. */
  readonly label?: string;
}

/** Redrives one dead letter; one that cannot succeed after a confirmation with the reason. */
export function redriveButton(
  { renderer }: Console,
  letter: DeadLetterSummary,
  signedPlan: string,
  { look = 'button', near, label = '' }: RedriveButton,
): Html {
  const name = markup`<span class="visually-hidden"> ${label}</span>`;
  if (redriveObstacle(letter) === undefined) return renderer.act(markup`Redrive${name}`, signedPlan, look);
  const { queue, id: ids } = letter;
  const to = { view: 'confirmation', verb: 'redrive', scope: 'selected', queue, ids } as const;
  return renderer.link(markup`Redrive${name} …`, near === undefined ? to : { ...to, near }, 'button');
}
