package yamldoc

import (
	"bytes"
	"fmt"
	"testing"

	"go.yaml.in/yaml/v3"
)

// manifests makes a file of n workloads, with what real ones have.
func manifests(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, `---
# workload %[1]d
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-%[1]d
  labels: {app: app-%[1]d, tier: "web"}
spec:
  replicas: %[1]d
  template:
    spec:
      containers:
      - name: main # the only one
        image: "registry.example/app:1.%[1]d"
        args: ['--port', '8080']
        command:
          - sh
          - -c
          - |
            exec app \
              --name %[1]d
        env:
        - {name: A, value: "1"}
        - name: B
          value: two words
        resources:
          limits:
            cpu: 500m
            memory: 64Mi
`, i)
	}
	return b.Bytes()
}

// BenchmarkParse is to be compared with BenchmarkReader: what spans cost.
func BenchmarkParse(b *testing.B) {
	src := manifests(200)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(src); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReader decodes the same bytes to the reader's own nodes.
func BenchmarkReader(b *testing.B) {
	src := manifests(200)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		dec := yaml.NewDecoder(bytes.NewReader(src))
		for {
			var n yaml.Node
			if dec.Decode(&n) != nil {
				break
			}
		}
	}
}

// BenchmarkOutlines is the cheap look at the same bytes.
func BenchmarkOutlines(b *testing.B) {
	src := manifests(200)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		Outlines(src)
	}
}

// BenchmarkEdit changes one of 200 documents, verification included.
func BenchmarkEdit(b *testing.B) {
	f, err := Parse(manifests(200))
	if err != nil {
		b.Fatal(err)
	}
	op := Set(P("spec", "template", "spec", "containers", 0, "securityContext", "readOnlyRootFilesystem"), true)
	for b.Loop() {
		if _, err := f.Docs[100].Edit(op); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParseOneLine reads JSON without a line break, with wide characters:
// columns must not be counted from the start each time.
func BenchmarkParseOneLine(b *testing.B) {
	var s bytes.Buffer
	s.WriteString(`[{"é": "ü"}`)
	for i := range 20000 {
		fmt.Fprintf(&s, `,{"key": "välue %d"}`, i)
	}
	s.WriteString("]")
	b.SetBytes(int64(s.Len()))
	for b.Loop() {
		if _, err := Parse(s.Bytes()); err != nil {
			b.Fatal(err)
		}
	}
}
