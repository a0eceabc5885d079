// Steps of magenta.js's sketch-rnn: node magenta.js FOLDER CHECKPOINT. FOLDER is an installed @magenta/sketch. For each
// line that comes in, a count, it answers with a line of JSON: the seconds so many steps took, and the mixture after the
// first of them, by which it is seen that both networks compute the same.
"use strict";
const [folder, checkpoint] = process.argv.slice(2);
global.atob = global.atob || ((text) => Buffer.from(text, "base64").toString("binary"));
const path = require("path");
const { SketchRNN } = require(path.resolve(folder));
const network = new SketchRNN("");
network.instantiateFromJSON(...JSON.parse(require("fs").readFileSync(checkpoint, "utf8")));
network.setPixelFactor(1);

function steps(count) {
  let state = network.zeroState();
  let stroke = network.zeroInput();
  let first = null;
  const started = process.hrtime.bigint();
  for (let step = 0; step < count; step++) {
    state = network.update(stroke, state);
    const mixture = network.getPDF(state, 0.4);
    first = first || Array.from(network.getPDF(state, 1, 1).muX);
    stroke = network.sample(mixture);
    stroke = [stroke[0], stroke[1], 1, 0, 0];
  }
  return { seconds: Number(process.hrtime.bigint() - started) / 1e9, first };
}

require("readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => console.log("> " + JSON.stringify(steps(Number(line)))));
