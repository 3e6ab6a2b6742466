/**
 * The values of the SDK that this package uses, in one place. A new major of the SDK has to offer them too.
 *
 * `suppressTracing` and `makeNodeTransport` come from `@sentry/node`, not from core: a tree may hold two copies of core
 * (profiling-node pins its own), and only node's is sure to be the one whose spans would be started.
 */
export {
  debug,
  envelopeItemTypeToDataCategory,
  getDebugImagesForResources,
  getEnvelopeEndpointWithUrlEncodedAuth,
  getRootSpan,
  isRateLimited,
  serializeEnvelope,
  updateRateLimits,
} from '@sentry/core';
export { getClient, makeNodeTransport, suppressTracing } from '@sentry/node';
