/** `pass`: no fault. `warn`: messages are still delivered, but an operator should look. `fail`: nothing can be published. */
export type HealthStatus = 'pass' | 'warn' | 'fail';

/** One observation, in the form of the health+json draft; `fault` is an addition. */
export interface HealthCheck<Fault extends string = string> {
  /** The queue, or `host:port` of Redis. */
  readonly componentId: string;
  readonly componentType: 'datastore' | 'component';
  /** Missing where nothing could be observed; a consumer's state is a word. */
  readonly observedValue?: number | string;
  readonly observedUnit?: 'ms' | 's' | 'messages';
  readonly status: HealthStatus;
  /** ISO 8601. */
  readonly time: string;
  /** What is wrong and what to do; only where the status is not `pass`. */
  readonly output?: string;
  readonly fault?: Fault;
}
