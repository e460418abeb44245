import type { DeadLetterGroup } from './operations';

/** Dead letters that fail again, with why and what to do instead. */
export interface HopelessGroup extends DeadLetterGroup {
  readonly obstacle: string;
}

const incorrectEvent = 'the event violates the contract: correct it and emit it again';

/** Refusals of the publisher. */
const ofPublisher: Readonly<Record<string, string>> = {
  NOT_JSON: incorrectEvent,
  TOO_LARGE: incorrectEvent,
  TOO_DEEP: incorrectEvent,
  CONTRACT_VIOLATION: incorrectEvent,
  ID_REUSED: 'another event was published with its event_id: emit it with a new event_id',
  REPLAY_UNADDRESSED: 'its replay names no subscription: start a replay for a known service',
};

/** Those of the groups that a redrive does not help. Each operator's tool names them before it redrives. */
export function hopelessIn(groups: readonly DeadLetterGroup[]): HopelessGroup[] {
  return groups.flatMap((group) => {
    const obstacle = redriveObstacle(group);
    return obstacle === undefined ? [] : [{ ...group, obstacle }];
  });
}

/** Why a redriven dead letter fails again, with what to do instead; undefined if it may succeed. */
export function redriveObstacle({
  error_code: code,
  failed_by: failedBy,
}: Omit<DeadLetterGroup, 'count'>): string | undefined {
  if (code === null) return 'not a valid dead letter: it stays where it is and can only be discarded';
  if (failedBy === 'publisher') return ofPublisher[code];
  return code === 'UNREADABLE' ? 'no consumer can read its text: discard it and emit the event again' : undefined;
}
