export default {
  input: 'src/index.js',
  external: ['http', 'ms'],
  output: { file: 'dist/index.cjs', format: 'cjs' },
}
