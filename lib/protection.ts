import { RemovalPolicy } from 'aws-cdk-lib';
import type { Environment } from '../config/environment';

/** Whether a mistaken `cdk destroy` must delete nothing: everywhere but in development. */
export const isProtected = ({ environment }: Pick<Environment, 'environment'>): boolean =>
  environment !== 'development';

/**
 * Of what holds registrations: `cdk import` adopts what a deleted stack left. What a failed first deployment created is
 * deleted (RetainExceptOnCreate): the fixed names of bus and archive would block the next one.
 */
export const registrationsRemovalPolicy = (environment: Pick<Environment, 'environment'>): RemovalPolicy =>
  isProtected(environment) ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
