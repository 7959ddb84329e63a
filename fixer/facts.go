package fixer

import (
	"sync"

	"github.com/oakum-sec/oakum/fixer/image"
)

// Facts are what is known beyond the repository. They are immutable: when an
// answer arrives, a new Facts is made and the session checks again.
type Facts struct {
	// Images holds the configuration of images as registries reported it, by the
	// reference as written in the files.
	Images map[string]image.Config

	// Source is the address under which people find the repository, such as
	// https://github.com/owner/name; "" when it is not known.
	Source string

	known sync.Map // image.Knowledge by name, made on the first question
}

// Image returns what is known of the image that a name refers to: the tables,
// and over them what its registry reported. It is the one way to that knowledge; of an
// image built in the repository the container room knows. The answer is
// shared and must not be changed.
func (f *Facts) Image(name string) *image.Knowledge {
	if k, ok := f.known.Load(name); ok {
		return k.(*image.Knowledge)
	}
	var config *image.Config
	if c, ok := f.Images[name]; ok {
		config = &c
	}
	k, _ := f.known.LoadOrStore(name, image.KnowledgeOf(name, config))
	return k.(*image.Knowledge)
}
