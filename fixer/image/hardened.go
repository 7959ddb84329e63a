package image

import (
	_ "embed"
	"sync"
)

// hardened.json holds what two publishers of hardened images state of all of
// theirs as data: Docker's catalogue (docker-hardened-images/catalog, Apache-2.0) and
// Chainguard's locked configurations (chainguard-images/images, Apache-2.0), at the
// commits that its sources name. It has the form of table.json and is written by
//
//	go test ./fixer/image -run TestHardened -update -docker DIRECTORY -chainguard DIRECTORY
//
// with a copy of each repository. It is decoded when an image of one of their
// registries is asked for.
//
//go:embed hardened.json
var hardenedJSON []byte

var loadHardened = sync.OnceValue(func() *table {
	t, err := decodeTable(hardenedJSON)
	if err != nil {
		return &table{} // as with the table itself
	}
	return t
})

// hardenedRegistries are those of the two publishers.
var hardenedRegistries = map[string]bool{"dhi.io": true, "cgr.dev": true}
