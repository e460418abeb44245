/** How the operators' program finds the bus and the buffer of the `make local` that runs on this machine. */

/** The file with a {@link LocalPipelineFile}, in the folder of the local Redis. */
export const localPipelineFile = 'pipeline.json';

export interface LocalPipelineFile {
  /** Where EventBridge's and SQS's calls are answered. */
  readonly endpoint_url: string;
  readonly bus_name: string;
}
