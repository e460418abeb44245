/** What the registry puts on the bus, and what the rules match; each name exists only here. */

/** `source` of the registry's events. */
export const registrySource = 'hokusai.registry';

/** `source` of smoke-test events, which end in a list of their own and reach no subscription. */
export const smokeSource = 'hokusai.smoke';

/** `detail-type` of both. */
export const modelRegistered = 'ModelRegistered';

/** Name of an environment's bus. */
export const eventBusName = (environment: string): string => `hokusai-${environment}`;

/** Name of the rule that writes registrations into the buffer. */
export const registrationRule = 'model-registered';

/** Name of the archive from which registrations are replayed. */
export const archiveName = (environment: string): string => `${eventBusName(environment)}-registrations`;
