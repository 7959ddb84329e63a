package image

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// table.json is images.yaml and bases.yaml in a form that decodes fast. A test
// fails when it is not up to date; see doc.go for how to write it anew.
//
//go:embed table.json
var tableJSON []byte

// table is the decoded form of table.json.
type table struct {
	Sources map[string]tableSource `json:"sources"`
	Images  []family               `json:"images"`
	Bases   json.RawMessage        `json:"bases"`

	bases func() *bases    // the decoded Bases
	exact map[string][]int // repository name → indexes of Images
	globs []int            // indexes of Images with a pattern among their repositories
}

type tableSource struct {
	Repository string `json:"repo"`
	Commit     string `json:"commit"`
	Date       string `json:"date"`
}

// A family is one entry as written: the facts of the newest tags, and how
// variants of them differ.
type family struct {
	ID    string   `json:"id"`
	Repos []string `json:"repos"`
	selector
	// Other words name images of the same repositories with other facts.
	Except []string `json:"except,omitempty"`
	facts
	Variants []variant `json:"variants,omitempty"`
}

// A variant replaces whole fields for the tags it selects.
type variant struct {
	selector
	facts
	Without []Field `json:"without,omitempty"` // fields that do not exist in this variant
}

// A selector chooses tags by word and by version; both must hold.
type selector struct {
	Words   []string `json:"words,omitempty"`   // any of them, see hasWord
	Also    []string `json:"also,omitempty"`    // and any of these
	Version string   `json:"version,omitempty"` // see inRange
}

// facts are the fields of an entry; a nil one is not set.
type facts struct {
	Default       *Identity                `json:"default,omitempty"`
	Service       *Identity                `json:"service,omitempty"`
	NonRoot       *NonRoot                 `json:"nonroot,omitempty"`
	PrivilegeDrop *PrivilegeDrop           `json:"stepdown,omitempty"`
	ReadOnly      *ReadOnly                `json:"read_only,omitempty"`
	Writable      []WritablePath           `json:"writable,omitempty"`
	Volumes       []Volume                 `json:"volumes,omitempty"`
	Ports         []Port                   `json:"ports,omitempty"`
	CapsRoot      *Caps                    `json:"caps_root,omitempty"`
	CapsNonRoot   []string                 `json:"caps_nonroot,omitempty"`
	Healthcheck   *Healthcheck             `json:"healthcheck,omitempty"`
	SecretFileEnv []string                 `json:"secret_file_env,omitempty"`
	Alternatives  []Alternative            `json:"alternatives,omitempty"`
	Kubernetes    *Kubernetes              `json:"kubernetes,omitempty"`
	Memory        *Memory                  `json:"memory,omitempty"`
	Gotchas       []string                 `json:"gotchas,omitempty"`
	Versions      string                   `json:"versions,omitempty"`
	Evidence      map[Field][]sourceInFile `json:"evidence,omitempty"`
}

// sourceInFile is a source as the table writes it: a file of a named source,
// or a bare "tested" or "unverified".
type sourceInFile struct {
	Source string `json:"source,omitempty"`
	Path   string `json:"path,omitempty"`
	Commit string `json:"commit,omitempty"` // of the file, when it was read at another than its source's
	Method Method `json:"how,omitempty"`
	Note   string `json:"note,omitempty"`
}

// loadTable decodes the table on first use, so that a command which looks up
// no image costs nothing. The table is part of the program and a test decodes
// it: an error here is a defect of the build, reported by every look-up
// finding nothing.
var loadTable = sync.OnceValue(func() *table {
	t, err := decodeTable(tableJSON)
	if err != nil {
		return &table{bases: func() *bases { return &bases{} }}
	}
	return t
})

func decodeTable(data []byte) (*table, error) {
	t := &table{}
	if err := json.Unmarshal(data, t); err != nil {
		return nil, fmt.Errorf("image table: %w", err)
	}
	t.exact = make(map[string][]int, 2*len(t.Images))
	for i, f := range t.Images {
		pattern := false
		for _, repo := range f.Repos {
			if strings.Contains(repo, "*") {
				pattern = true
				continue
			}
			t.exact[repo] = append(t.exact[repo], i)
		}
		if pattern {
			t.globs = append(t.globs, i)
		}
	}
	t.bases = sync.OnceValue(func() *bases {
		b, err := decodeBases(t.Bases)
		if err != nil {
			return &bases{} // as with the table itself
		}
		return b
	})
	return t, nil
}

// source resolves a source of the file against the list of sources.
func (t *table) source(s sourceInFile) Source {
	if s.Source == "" {
		return Source{Method: s.Method, Note: s.Note}
	}
	from := t.Sources[s.Source]
	return Source{Method: BySource, Repository: from.Repository, Commit: cmp.Or(s.Commit, from.Commit), Path: s.Path, Note: s.Note}
}
