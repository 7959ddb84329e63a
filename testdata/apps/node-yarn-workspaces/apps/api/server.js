const http = require("node:http");
const boats = require("boats");
const ms = require("ms");

http.createServer((request, response) => {
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ boats: boats.length, first: boats[0], tide: ms("6h") }));
}).listen(7100);
