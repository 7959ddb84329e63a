package image

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// table.json is the YAML files in a form that decodes fast: a line with the
// sources and the headings of all families, a line for each family, one for the
// base images, one for the lifecycles, and one for the purposes. A test fails when it is not up to date; see doc.go for how to
// write it anew.
//
//go:embed table.json
var tableJSON []byte

// table is the decoded form of table.json. A family is decoded when it is first
// asked for.
type table struct {
	Sources  map[string]tableSource `json:"sources"`
	Families []heading              `json:"families"`

	facts      []func() (*family, error) // of each heading
	bases      func() *bases
	lifecycles func() *lifecycles
	purposes   func() *purposes
	exact      map[string][]int  // repository name → indexes of Families
	globs      []int             // indexes of Families with a pattern among their repositories
	names      map[string]string // see familyNames
}

type tableSource struct {
	Repository string `json:"repo"`
	Commit     string `json:"commit"`
	Date       string `json:"date"`
}

// A heading says which images a family is about.
type heading struct {
	ID    string   `json:"id"`
	Repos []string `json:"repos"`
	selector
	// Other words name images of the same repositories with other facts.
	Except []string `json:"except,omitempty"`
}

// A family is one entry as written: the facts of the newest tags, and how
// variants of them differ.
type family struct {
	heading
	// From names the family whose images these are made from, with all that is
	// known of it: what is said here comes over it. Derived says where that is
	// read.
	From    string        `json:"from,omitempty"`
	Derived *sourceInFile `json:"derived,omitempty"`
	// VersionWord is the word of the tag that has the version of that family, before
	// its number: pg, of 2.17-pg16.
	VersionWord string `json:"version_word,omitempty"`
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
	NoPassword    []OpenSetting            `json:"no_password,omitempty"`
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
		return &table{bases: func() *bases { return &bases{} }, lifecycles: func() *lifecycles { return &lifecycles{} }, purposes: func() *purposes { return &purposes{} }}
	}
	return t
})

func decodeTable(data []byte) (*table, error) {
	lines := bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
	t := &table{}
	if err := json.Unmarshal(lines[0], t); err != nil {
		return nil, fmt.Errorf("image table: %w", err)
	}
	if len(lines) != len(t.Families)+4 {
		return nil, errors.New("image table: another number of families than headings")
	}
	t.exact = make(map[string][]int, 2*len(t.Families))
	for i, f := range t.Families {
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
	t.names = familyNames(t.Families)
	for i, line := range lines[1 : len(lines)-3] {
		t.facts = append(t.facts, sync.OnceValues(func() (*family, error) {
			f := &family{heading: t.Families[i]}
			if err := json.Unmarshal(line, f); err != nil {
				return nil, fmt.Errorf("image table: %s: %w", f.ID, err)
			}
			return f, nil
		}))
	}
	t.lifecycles = sync.OnceValue(func() *lifecycles {
		l, err := decodeLifecycles(lines[len(lines)-2])
		if err != nil {
			return &lifecycles{} // as with the table itself
		}
		return l
	})
	t.purposes = sync.OnceValue(func() *purposes {
		p, err := decodePurposes(lines[len(lines)-1])
		if err != nil {
			return &purposes{}
		}
		return p
	})
	t.bases = sync.OnceValue(func() *bases {
		b, err := decodeBases(lines[len(lines)-3], t.lifecycles())
		if err != nil {
			return &bases{}
		}
		return b
	})
	return t, nil
}

// family returns the facts of a heading, nil where they cannot be decoded.
func (t *table) family(i int) *family {
	f, _ := t.facts[i]()
	return f
}

// source resolves a source of the file against the list of sources.
func (t *table) source(s sourceInFile) Source {
	if s.Source == "" {
		return Source{Method: s.Method, Note: s.Note}
	}
	from := t.Sources[s.Source]
	return Source{Method: BySource, Repository: from.Repository, Commit: cmp.Or(s.Commit, from.Commit), Path: s.Path, Note: s.Note}
}
