// Stands for what asks a registry for something that only a token opens.
const { createHash } = require('node:crypto');
const fs = require('node:fs');

const token = process.env.NPM_TOKEN;
if (!token) throw new Error('there is no token');
const sum = createHash('sha256').update(token).digest('hex');
fs.writeFileSync('answer.txt', `${process.argv[2]} ${sum}\n`);
