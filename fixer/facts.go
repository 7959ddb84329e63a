package fixer

import "oakum/fixer/image"

// Facts are what is known beyond the repository. They are immutable: when an
// answer arrives, a new Facts is made and the session checks again.
type Facts struct {
	// Images holds the configuration of images as registries told it, by the
	// reference as written in the files.
	Images map[string]image.Config

	// Source is the address under which people find the repository, such as
	// https://github.com/owner/name; "" when it is not known.
	Source string
}
