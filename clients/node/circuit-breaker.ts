import { withJitter } from '../../queue/backoff';

const firstPauseMs = 1000;
const longestPauseMs = 60_000;

/**
 * Pauses a consumer while all attempts fail, as in an outage of a service that the handler calls. It opens when a number of
 * different messages have failed with no success in between; while it is open, one message at a time is attempted after each pause.
 */
export class CircuitBreaker {
  private readonly failedIds = new Set<string>();
  private pauseMs = 0;
  private resumesAtMs = 0;

  /** @param failures that open it; 0 turns it off */
  constructor(
    private readonly failures: number,
    private readonly random: () => number = Math.random,
  ) {}

  get isOpen(): boolean {
    return this.pauseMs > 0;
  }

  /** ms until the next attempt is allowed; 0 if it is allowed now. */
  get remainingMs(): number {
    return this.isOpen ? Math.max(0, this.resumesAtMs - performance.now()) : 0;
  }

  /** @returns true if this failure opens the breaker or prolongs the pause. */
  failed(messageId: string): boolean {
    if (this.failures === 0) return false;
    this.failedIds.add(messageId);
    // Handlers that were running when it opened are no probes.
    if (this.isOpen ? this.remainingMs > 0 : this.failedIds.size < this.failures) return false;
    this.pauseMs = Math.min(longestPauseMs, this.isOpen ? this.pauseMs * 2 : firstPauseMs);
    this.resumesAtMs = performance.now() + withJitter(this.pauseMs, this.random);
    return true;
  }

  /** @returns true if this success closes the breaker. */
  succeeded(): boolean {
    const wasOpen = this.isOpen;
    this.failedIds.clear();
    this.pauseMs = 0;
    return wasOpen;
  }
}
