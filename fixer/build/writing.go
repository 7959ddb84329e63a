package build

import (
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// forWriting are names of directories that are there to be written to.
var forWriting = text.WordSet(`data db database cache caches log logs tmp temp upload uploads storage state sessions session media download
	downloads output outputs run spool backup backups`)

// ForWriting reports whether a directory, by its name, is there to be written to by what
// runs in the container.
func ForWriting(p string) bool {
	for _, parent := range []string{"/var/cache", "/var/lib", "/var/log", "/var/run", "/var/spool", "/run"} {
		if strings.HasPrefix(p, parent+"/") {
			return true
		}
	}
	return forWriting[path.Base(p)]
}
