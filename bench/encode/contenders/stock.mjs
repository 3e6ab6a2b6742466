import { createSdkContender } from './sdk.mjs';

/** @param {number} sinkPort */
export const createContender = (sinkPort) => createSdkContender(sinkPort, []);
