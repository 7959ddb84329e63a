import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { count } from './words'

const app = new Hono()
app.get('/', (c) => c.json({ words: count('one two two three three three') }))

serve({ fetch: app.fetch, port: 3000, hostname: process.env.HOST })
