// Writes every second boat of the list, with numbers of three digits.
const fs = require("node:fs");
const isEven = require("is-even");

const names = fs.readFileSync("boats.txt", "utf8").trim().split("\n").filter((name, k) => isEven(k));
fs.mkdirSync("dist", { recursive: true });
fs.writeFileSync("dist/index.js", `const pad = require("left-pad");
module.exports = ${JSON.stringify(names)}.map((name, k) => pad(k + 1, 3, "0") + " " + name);
`);
