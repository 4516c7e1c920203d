// As probe.cpp, in JavaScript: how many milliseconds the wall clock has moved against the monotonic one.
const wall = Date.now();
const then = process.hrtime.bigint();
setInterval(() => {
  const passed = Number((process.hrtime.bigint() - then) / 1000000n);
  require("fs").writeSync(1, `${Date.now() - wall - passed}\n`);
}, 1);
