// As waits.cpp, in JavaScript, whose own waits are all relative: that it lives, with its threads,
// children and signals.
const { spawnSync } = require("child_process");
const { Worker } = require("worker_threads");
const milliseconds = Number(process.argv[2]);

const alive = setInterval(() => {}, 10); // a handler of signals does not keep it so

process.on("SIGUSR2", () => {
  console.log("signal ok");
  console.log(spawnSync("/bin/sh", ["-c", "exit 7"]).status === 7 ? "child ok" : "child wrong");
  const worker = new Worker(
    `const cell = new Int32Array(new SharedArrayBuffer(4));
     require("worker_threads").parentPort.postMessage(Atomics.wait(cell, 0, 0, ${milliseconds}));`,
    { eval: true },
  );
  worker.on("message", (how) => {
    console.log(how === "timed-out" ? "worker ok" : `worker ${how}`);
    setTimeout(() => {
      console.log("end");
      clearInterval(alive);
    }, milliseconds);
  });
});
process.kill(process.pid, "SIGUSR2");
