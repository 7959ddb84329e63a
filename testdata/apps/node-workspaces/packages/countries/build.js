const fs = require('fs')

const names = fs.readFileSync(`${__dirname}/countries.txt`, 'utf8').trim().split('\n')
fs.mkdirSync(`${__dirname}/dist`, { recursive: true })
fs.writeFileSync(`${__dirname}/dist/countries.json`, JSON.stringify(names.sort()))
