/** How far a replay is, in EventBridge's words. */
export interface ReplayState {
  /** `STARTING`, `RUNNING`, `CANCELLING`, `COMPLETED`, `CANCELLED`, `FAILED`. */
  readonly state: string;
  /** Why, in EventBridge's words. */
  readonly reason: string | undefined;
}

export const hasEnded = (state: string): boolean => ['COMPLETED', 'CANCELLED', 'FAILED'].includes(state);
