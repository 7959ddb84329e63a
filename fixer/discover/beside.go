package discover

import (
	"bytes"
	"os"
	"path"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk"
)

// maxUpdates bounds what is read of the configuration of an update bot; no honest
// one is larger.
const maxUpdates = 1 << 20

// packageJSON can hold a section for Renovate. Only the one at the root is looked
// into.
const packageJSON = "package.json"

// classifyPath looks at a path relative to the root. What a platform reads has its
// meaning by where it is; for all other files the name decides.
func classifyPath(p string) nameHint {
	if isUpdates(p) {
		return nameHint{kind: fixer.Updates, sure: true}
	}
	return classify(path.Base(p))
}

// isUpdates knows where Renovate and Dependabot look for their configuration. They
// do so at the top of a repository; one that lies below the root is taken for what
// it is.
func isUpdates(p string) bool {
	dir, base := path.Split(p)
	switch base {
	case ".renovaterc", ".renovaterc.json", ".renovaterc.json5", ".renovaterc.jsonc":
		return true
	case "renovate.json", "renovate.json5", "renovate.jsonc":
		return true
	case "dependabot.yml", "dependabot.yaml":
		return path.Base(dir) == ".github"
	}
	return p == packageJSON
}

// readUpdates reads the configuration of a bot; nil when it is none.
func readUpdates(root *os.Root, c candidate, limit int64) *fixer.Source {
	src := &fixer.Source{Path: c.path, Kind: fixer.Updates, Skip: c.skip}
	if src.Skip == nil {
		src.Data, src.Skip = disk.Read(root, c.path, min(maxUpdates, limit))
	}
	if c.path == packageJSON && (src.Skip != nil || !bytes.Contains(src.Data, []byte(`"renovate"`))) {
		return nil
	}
	if src.Skip != nil {
		src.Data = nil // of one that is too large, its head
	}
	return src
}
