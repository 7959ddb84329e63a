import assert from 'node:assert'
import { test } from 'node:test'
import { distance } from './distance.js'

test('nowhere', () => {
  const here = { latitude: 1, longitude: 1 }
  assert.equal(distance(here, here), 0)
})
