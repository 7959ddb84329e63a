import http from 'http'

const notes: string[] = ['buy rope']
http.createServer((request, response) => response.end(`${notes[0]}\n`)).listen(3000)
