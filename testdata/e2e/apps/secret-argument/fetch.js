// Stands for what asks somebody for something that only a token opens.
const { createHash } = require('node:crypto');

const token = process.argv[3];
if (!token) throw new Error('there is no token');
console.log(createHash('sha256').update(token).digest('hex'));
