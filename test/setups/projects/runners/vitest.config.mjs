export default { test: { include: ['service.vitest.mjs'] } };
