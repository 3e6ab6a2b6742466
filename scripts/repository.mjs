/**
 * Where the repository lives, as `https://github.com/OWNER/NAME`. Empty until that is known: the package then has no `repository`,
 * `bugs` and `homepage`, its README keeps links that lead nowhere on npm's page, and it can't be released.
 *
 * @type {string}
 */
export const REPOSITORY = '';
