package dockerfile

import "testing"

func BenchmarkCorpusParse(b *testing.B) {
	files := corpusFiles(b)
	for b.Loop() {
		for _, src := range files {
			if _, err := Parse(src); err != nil {
				b.Fatal(err)
			}
		}
	}
}
