// Package referee reads container files with the readers of those who run them,
// and says what changed between two versions of a file. None of it is oakum's
// own reading:
//
//   - [Kubernetes] decodes objects as the API server does with strict field
//     validation, and has Kubernetes' own evaluator judge their pods.
//   - [Compose] loads a file with the library of Docker Compose.
//   - [Instructions] reads a Dockerfile with BuildKit's parser.
//   - [Values] reads YAML with the reader of Compose, and [Comments] with the
//     tokens of a third one.
//
// Nothing is opened or started here: every referee is given bytes.
package referee
