package kustomize

import (
	"sync"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// patches are the texts of patches that were read, by what is in them: one is applied to
// many manifests, each of which is built by itself.
type patches struct {
	mu   sync.Mutex
	read map[string]func() (*yamldoc.File, error)
}

// parsed returns a text of patches, read once. Nobody changes what is in it.
func (p *Project) parsed(data []byte) (*yamldoc.File, error) {
	p.patches.mu.Lock()
	read := p.patches.read[string(data)]
	if read == nil {
		if p.patches.read == nil {
			p.patches.read = map[string]func() (*yamldoc.File, error){}
		}
		read = sync.OnceValues(func() (*yamldoc.File, error) { return yamldoc.Parse(data) })
		p.patches.read[string(data)] = read
	}
	p.patches.mu.Unlock()
	return read()
}
