package image

import (
	"bytes"
	"testing"
)

// BenchmarkDecode measures what the first look-up of a run costs, besides the
// families that are asked for.
func BenchmarkDecode(b *testing.B) {
	for b.Loop() {
		if _, err := decodeTable(tableJSON); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecodeBases measures what the first Dockerfile costs on top.
func BenchmarkDecodeBases(b *testing.B) {
	lines := bytes.Split(bytes.TrimSuffix(tableJSON, []byte("\n")), []byte("\n"))
	for b.Loop() {
		if _, err := decodeBases(lines[len(lines)-2], &lifecycles{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	ref, err := ParseReference("docker.io/bitnami/redis:7.4-debian-12")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		lookup(ref)
	}
}
