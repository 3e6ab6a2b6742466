/**
 * The packages of the project whose SDK is used, and the request of the test.
 *
 * @typedef {{
 *   Sentry: any,
 *   project: string,
 *   loadProfiling: () => Promise<{ nodeProfilingIntegration: () => any }>,
 *   loadBounded: () => Promise<typeof import('../../../src/index.ts')>,
 * }} Kit
 * @typedef {{ variant?: string, dsn?: string, bounded?: object | false, isChunked?: boolean, options?: object, [more: string]: any }} Request
 */

const [, , project, scenario, request] = process.argv;
const { Sentry, loadProfiling, loadBounded } = await import(`../../${project}/packages.mjs`);
const { run } = await import(`./${scenario}.mjs`);
const report = await run({ Sentry, project, loadProfiling, loadBounded }, JSON.parse(request ?? '{}'));
// From here on nothing but the SDK may keep the process alive.
process.send?.({ report: { ...report, version: Sentry.SDK_VERSION } }, () => process.disconnect());
