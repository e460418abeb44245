/** The state of a replay in EventBridge. */
export interface ReplayState {
  /** `STARTING`, `RUNNING`, `CANCELLING`, `COMPLETED`, `CANCELLED`, `FAILED`. */
  readonly state: string;
  /** EventBridge's reason. */
  readonly reason: string | undefined;
}

export const hasEnded = (state: string): boolean => ['COMPLETED', 'CANCELLED', 'FAILED'].includes(state);
